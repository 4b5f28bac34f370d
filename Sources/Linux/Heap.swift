private import CLinux

/// The C library's heap.
package enum Heap {
    /// Gives free memory back to the kernel, wherever in the heap it is. By itself the C library gives back only
    /// what is free at the heap's end. Takes time in proportion to the heap.
    package static func trim() {
        malloc_trim(0)
    }
}
