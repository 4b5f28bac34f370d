/// Something that was asked of a pool and takes time. The supervisor has it go on after each turn of its loop, in which
/// slots may have changed.
protocol PoolOperation: AnyObject {
    /// Goes on as far as it can now. Returns whether there is nothing more to do.
    func proceed() -> Bool
}
