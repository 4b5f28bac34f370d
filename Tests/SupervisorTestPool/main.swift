import Control
import Glibc
import Linux
import QUICLB
import Supervisor

// A pool for the supervisor's tests: the real supervisor, and workers that answer datagrams in place of QUIC.
//
//     SupervisorTestPool BEHAVIOUR WORKERS STEERING RUN-DIRECTORY STATE-DIRECTORY ADDRESS…

let arguments = CommandLine.arguments
let behaviour = Behaviour(rawValue: arguments[1])!

do throws(StartupFailure) {
    if WorkerChannel.isInherited {
        runWorker(try WorkerChannel.adopt(), behaviour)
    }
    Signals.ignore([SIGPIPE])
    let stateDirectory = arguments[5]
    mkdir(stateDirectory, 0o700)
    var configuration = PoolConfiguration(
        addresses: arguments[6...].map { SocketAddress($0)! }, workerCount: Int(arguments[2])!,
        steering: SteeringMode(rawValue: arguments[3])!, hostID: HostID([0x5a])!,
        connectionIDs: ConnectionIDOptions(preset: .plaintext), stateDirectory: stateDirectory,
        tls: TLSOptions(credentials: [], applicationProtocols: ["test"]), runDirectory: arguments[4])
    if behaviour == .hang { configuration.startTimeout = .milliseconds(300) }
    try Supervisor(configuration).run()
} catch {
    StandardStream.error.write(line: "drover: \(error)")
    exit(error.exitStatus)
}
