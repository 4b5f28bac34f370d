import Foundation
import Glibc
import Linux
import Synchronization
import Testing

/// A thread that sends the same datagrams again and again until it is stopped. The tests block their own threads, so
/// a task might never run.
final class Flood: Sendable {
    private let isStopped = Atomic(false)
    private let ended = DispatchSemaphore(value: 0)

    init(of datagrams: [[UInt8]], to address: SocketAddress, segment: Int32? = nil) throws {
        var local = address
        local.port = 0
        let socket = try UDPSocket(bind: local)
        if let segment { try socket.set(.segment, segment) }
        let descriptor = try FileDescriptor(duplicating: socket.rawValue).release()
        Thread.detachNewThread { [self] in
            defer { ended.signal() }
            let client = FileDescriptor(owning: descriptor)
            while !isStopped.load(ordering: .relaxed) {
                for datagram in datagrams {
                    _ = address.withSockaddr { sendto(client.rawValue, datagram, datagram.count, 0, $0, $1) }
                }
            }
        }
    }

    /// Returns when the last datagram is sent.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        ended.wait()
    }
}
