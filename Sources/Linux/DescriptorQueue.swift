private import Glibc

/// Open descriptors in the order they came; those that nobody takes are closed.
package struct DescriptorQueue: ~Copyable {
    private var rawValues: ArraySlice<Int32>

    package init() {
        rawValues = []
    }

    /// Takes ownership of the descriptors.
    init(owning rawValues: [Int32]) {
        self.rawValues = rawValues[...]
    }

    deinit {
        for rawValue in rawValues { close(rawValue) }
    }

    package var count: Int { rawValues.count }

    /// Takes the next descriptor; nil when none is left.
    package mutating func next() -> FileDescriptor? {
        guard let rawValue = rawValues.popFirst() else { return nil }
        return FileDescriptor(owning: rawValue)
    }
}
