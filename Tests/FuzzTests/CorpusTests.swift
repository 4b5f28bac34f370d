import FuzzTargets
import Testing

/// The invariants of every target hold. They trap where they do not; `drover-fuzz` says for which input.
@Suite struct CorpusTests {
    @Test(arguments: FuzzTarget.allCases)
    func keptInputs(target: FuzzTarget) throws {
        let corpus = try Corpus(of: target)
        #expect(!corpus.inputs.isEmpty)
        for input in corpus.inputs { target.run(input.octets) }
    }

    @Test func everyDirectoryBelongsToATarget() throws {
        #expect(try Set(Corpus.directories()) == Set(FuzzTarget.allCases.map(\.rawValue)))
    }
}
