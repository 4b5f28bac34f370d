import Control
import Foundation
import QUICLB
import Testing

@testable import Supervisor

@Suite struct ControlRequestTests {
    private func decode(_ line: String) throws -> ControlRequest {
        try ControlRequest(decoding: Array(line.utf8))
    }

    @Test func requestsAreUnderstood() throws {
        #expect(try decode(#"{"command":"status"}"#) == .status)
        #expect(try decode(#" { "command" : "lb-config" } "#) == .loadBalancerConfiguration)
        #expect(
            try decode(#"{"command":"resize","workers":6}"#)
                == .resize(.to(6), drainTimeout: ControlRequest.defaultDrainTimeout, waits: false))
        #expect(
            try decode(#"{"command":"resize","by":-1,"drainTimeout":0,"wait":true}"#)
                == .resize(.by(-1), drainTimeout: .zero, waits: true))
        #expect(
            try decode(#"{"command":"close","connection":"3.1042"}"#)
                == .close(
                    ConnectionNumber(slot: Slot(rawValue: 3), number: 1042), code: 0,
                    reason: ControlRequest.defaultCloseReason))
        #expect(
            try decode(#"{"command":"rotate-key","grace":5,"key":null}"#)
                == .rotateKey(key: nil, grace: .seconds(5)))
    }

    @Test(
        arguments: [
            ("", "no JSON"), ("{", "no JSON"), ("[]", "no JSON object"), ("7", "no JSON object"),
            ("{}", "no member command"), (#"{"command":7}"#, "command must be a text"),
            (#"{"command":"dance"}"#, "no command dance"),
            (#"{"command":"status","verbose":true}"#, "status has no member verbose"),
            (#"{"command":"resize"}"#, "needs the member workers"),
            (#"{"command":"resize","workers":6,"by":1}"#, "needs the member workers"),
            (#"{"command":"drain"}"#, "needs the member slot"),
            (#"{"command":"undrain","slot":256}"#, "slot must be 0 to 255"),
            (#"{"command":"restart","slot":-1}"#, "slot must be 0 to 255"),
            (#"{"command":"close","connection":"3"}"#, "such as 3.1042"),
            (#"{"command":"close","connection":"+3.1"}"#, "such as 3.1042"),
            (#"{"command":"close","connection":"3.1","code":-1}"#, "code must be 0 to"),
            (#"{"command":"stop","now":1}"#, "now must be true or false"),
            (#"{"command":"resize","workers":"6"}"#, "workers must be a whole number"),
            (#"{"command":"resize","workers":6.5}"#, "workers must be a whole number"),
            (#"{"command":"resize","workers":1e40}"#, "workers must be a whole number"),
            (#"{"command":"resize","workers":6,"drainTimeout":-1}"#, "drainTimeout must be 0 to"),
            (#"{"command":"rotate-key","grace":99999999999}"#, "grace must be 0 to"),
            (#"{"command":"rotate-key","key":5}"#, "key must be a text"),
        ])
    func whatIsWrongIsSaid(line: String, why: String) {
        #expect {
            try decode(line)
        } throws: { error in
            guard let failure = error as? StartupFailure else { return false }
            return failure.category == .usage && failure.why.contains(why)
        }
    }

    @Test func requestsAndAnswersSurviveTheRoundTrip() throws {
        let requests: [ControlRequest] = [
            .status, .loadBalancerConfiguration, .resize(.to(3), drainTimeout: .seconds(9), waits: false),
            .resize(.by(-2), drainTimeout: .zero, waits: true),
            .drain(Slot(rawValue: 255), timeout: .seconds(1), waits: true), .undrain(Slot(rawValue: 0)),
            .restart(nil, drainTimeout: .seconds(3)), .restart(Slot(rawValue: 4), drainTimeout: .zero),
            .reload,
            .upgrade(binary: nil, drainTimeout: .seconds(2)),
            .upgrade(binary: "/opt/drover", drainTimeout: .zero), .rotateSecrets,
            .connections(slot: nil, peer: nil), .connections(slot: Slot(rawValue: 5), peer: "::1"),
            .close(
                ConnectionNumber(slot: Slot(rawValue: 255), number: .max), code: 1 << 62 - 1, reason: ""),
            .stop(now: false), .stop(now: true),
            .rotateKey(key: "00", grace: .seconds(1)), .rotateKey(key: nil, grace: .zero),
        ]
        for request in requests {
            #expect(try ControlRequest(decoding: Array(JSONEncoder().encode(request))) == request)
        }
        let slot = SlotStatus(
            slot: Slot(rawValue: 9), state: .draining, pid: 7, incarnation: 2, connections: 5,
            drainSecondsLeft: 8, counters: ["accepted": 1])
        let answers: [ControlAnswer] = [
            .status(
                PoolStatus(
                    state: .serving, steering: "ebpf inline", addresses: ["127.0.0.1:1"], workers: 1,
                    configurations: [0, 1], slots: [slot], kernel: ["ring": 4])),
            .change(.resize, PoolChange(workers: 2, starting: [1], draining: [])),
            .change(.undrain, PoolChange(workers: 1, starting: [], draining: [2])), .done(.reload),
            .done(.stop), .upgrade(ControlAnswer.Upgrade(release: "1", started: [4], draining: [0])),
            .progress(
                PoolProgress(
                    starting: [3],
                    draining: [PoolProgress.Draining(slot: 1, connections: 9, secondsLeft: 8)])),
            .connections(ConnectionList(slot: 3, connections: [], isContinued: true)),
            .rotateKey(ControlAnswer.RotateKey(from: 6, to: 0)),
            .loadBalancerConfiguration(
                PoolContract(hostID: "00", addresses: [], configurations: [])),
            .error(StartupFailure(.temporary, "resize", why: "not now", remedy: "try again")),
            .error(StartupFailure(.usage, "request", why: "no")),
        ]
        for answer in answers {
            let line = try JSONEncoder().encode(answer)
            #expect(try JSONDecoder().decode(ControlAnswer.self, from: line) == answer)
        }
    }
}
