import Glibc
import Linux
import Testing

@Suite struct SharedMemoryTests {
    @Test func bothMappingsAreOneMemory() throws {
        let memory = try SharedMemory(creating: "test", size: 4096)
        let other = try SharedMemory(mapping: try FileDescriptor(duplicating: memory.rawValue), size: 4096)
        #expect(memory.bytes.allSatisfy { $0 == 0 })
        memory.bytes[4095] = 9
        #expect(other.bytes[4095] == 9)
    }

    @Test func theSizeIsSealed() throws {
        let memory = try SharedMemory(creating: "test", size: 4096)
        #expect(ftruncate(memory.rawValue, 0) == -1 && errno == EPERM)
        #expect(ftruncate(memory.rawValue, 8192) == -1 && errno == EPERM)
    }

    @Test func memoryOfAnotherSizeOrWithoutSealsIsRefused() throws {
        let memory = try SharedMemory(creating: "test", size: 4096)
        #expect(throws: Errno.invalidArgument) {
            _ = try SharedMemory(mapping: try FileDescriptor(duplicating: memory.rawValue), size: 8192)
        }
        let file = FileDescriptor(owning: open("/tmp", temporaryFileFlags, 0o600))
        #expect(ftruncate(file.rawValue, 4096) == 0)
        #expect(throws: Errno.self) {
            _ = try SharedMemory(mapping: try FileDescriptor(duplicating: file.rawValue), size: 4096)
        }
    }

    /// O_TMPFILE is a macro that Swift does not import.
    private let temporaryFileFlags = O_RDWR | O_DIRECTORY | 0o20000000
}
