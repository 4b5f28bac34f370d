import Control
import Glibc
import Linux
import QUICLB
import Supervisor

// A pool for the supervisor's tests: the real supervisor, and workers that answer datagrams in place of QUIC.
//
//     SupervisorTestPool BEHAVIOUR WORKERS STEERING RUN-DIRECTORY STATE-DIRECTORY ADDRESS…
//
// Files in the state directory say otherwise: `behaviour`, of workers that start from then on, and `workers` and
// `steering`, when the configuration is read.

let arguments = CommandLine.arguments
let stateDirectory = arguments[5]

func setting(_ name: String) -> String? {
    (try? File.contents(of: "\(stateDirectory)/\(name)")).map { String(decoding: $0, as: UTF8.self) }
}

let behaviour = Behaviour(rawValue: setting("behaviour") ?? arguments[1])!

do throws(StartupFailure) {
    if WorkerChannel.isInherited {
        runWorker(try WorkerChannel.adopt(), behaviour)
    }
    Signals.ignore([SIGPIPE])
    mkdir(stateDirectory, 0o700)
    try SupervisorProcess.run { () throws(StartupFailure) in
        var configuration = PoolConfiguration(
            addresses: arguments[6...].map { SocketAddress($0)! },
            workerCount: Int(setting("workers") ?? arguments[2])!,
            steering: SteeringMode(rawValue: setting("steering") ?? arguments[3])!, hostID: HostID([0x5a])!,
            connectionIDs: ConnectionIDOptions(preset: .plaintext), stateDirectory: stateDirectory,
            tls: TLSOptions(credentials: [], applicationProtocols: ["test"]), runDirectory: arguments[4])
        configuration.workerTimeout = .seconds(2)
        configuration.metrics = SocketAddress("127.0.0.1:0")
        if behaviour == .hang { configuration.startTimeout = .milliseconds(300) }
        return configuration
    }
} catch {
    StandardStream.error.write(line: "drover: \(error)")
    exit(error.exitStatus)
}
