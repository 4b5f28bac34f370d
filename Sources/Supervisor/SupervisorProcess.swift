package import Control
package import Linux

/// The life of a supervisor's process, in whichever role it was started: to run a pool, to go on with one that a former
/// program of the process left, or to say whether it could.
package enum SupervisorProcess {
    /// Runs until the pool has stopped.
    ///
    /// - Parameters:
    ///   - source: reads the configuration, now and at each reload.
    ///   - onStart: called with the pool, new or gone on with, before it serves.
    ///   - onReady: called when a new pool is ready, before that is told.
    package static func run(
        command: WorkerCommand = WorkerCommand(),
        configuration source: @escaping () throws(StartupFailure) -> PoolConfiguration,
        onStart: (Supervisor) -> Void = { _ in },
        onReady: @escaping (PoolConfiguration, [SocketAddress]) -> Void = { _, _ in }
    ) throws(StartupFailure) {
        if let channel = try trialChannel() { answerTrial(channel, source) }
        guard let (original, file) = try Handover.inherited() else {
            let configuration = try source()
            let pool = try Supervisor(configuration, command: command, reloadingFrom: source)
            onStart(pool)
            return try pool.run { onReady(configuration, pool.addresses) }
        }
        _ = FileDescriptor(owning: file)
        let pool = try goOn(with: original, command, source)
        onStart(pool)
        try pool.run()
    }

    /// Goes on with a pool, or gives it back.
    private static func goOn(
        with original: Handover, _ command: WorkerCommand,
        _ source: @escaping () throws(StartupFailure) -> PoolConfiguration
    ) throws(StartupFailure) -> Supervisor {
        do {
            let configuration = try source()
            try original.check(configuration)
            return try Supervisor(
                configuration, command: command, reloadingFrom: source, goingOnWith: original)
        } catch {
            // A program that has it back goes on if it can at all.
            guard original.failure == nil else { throw error }
            let errno = original.giveBack(error)
            throw StartupFailure(
                .internal, "give the pool back", why: "\(errno), after \(error)")
        }
    }

    // MARK: Trials

    private static func trialChannel() throws(StartupFailure) -> PacketChannel? {
        guard Host.environment(ProcessEnvironment.trialChannel) != nil else { return nil }
        guard let channel = PacketChannel(inherited: ProcessSpawn.inheritedDescriptor) else {
            throw StartupFailure(
                .internal, ProcessEnvironment.trialChannel, why: "there is no channel to a supervisor",
                remedy: "unset it, it is set for upgrades only")
        }
        return channel
    }

    /// Says whether this program could go on with the pool that comes over the channel, and exits.
    private static func answerTrial(
        _ channel: consuming PacketChannel, _ source: () throws(StartupFailure) -> PoolConfiguration
    ) -> Never {
        let answer: WorkerMessage
        do throws(StartupFailure) {
            let handover = try Handover(decoding: receive(from: channel))
            let configuration = try source()
            try configuration.validate()
            try handover.check(configuration)
            answer = .ready
        } catch {
            answer = .failed(error)
        }
        _ = try? channel.send(answer.encoded())
        exitProcess(status: 0)
    }

    private static func receive(from channel: borrowing PacketChannel) throws(StartupFailure) -> [UInt8] {
        if case .message(let bytes, _) = try? channel.receive() { return bytes }
        throw StartupFailure(.internal, "trial", why: "there is no pool to go on with")
    }
}

extension Handover {
    /// Throws where the pool cannot be of this configuration without being started anew.
    func check(_ configuration: PoolConfiguration) throws(StartupFailure) {
        let wanted = configuration.fixedSettings
        guard let changed = wanted.keys.sorted().first(where: { fixed[$0] != wanted[$0] }) else { return }
        throw StartupFailure(
            .configuration, "\(changed) \(wanted[changed] ?? "")",
            why: "the pool that runs has \(fixed[changed] ?? "another")",
            remedy: "leave it as it was, or stop and start the pool")
    }
}
