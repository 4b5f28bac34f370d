/// Runs a C shim that returns a negated error number on failure, and throws that.
@discardableResult
func shim<Result: FixedWidthInteger & SignedInteger>(_ body: () -> Result) throws(Errno) -> Result {
    let result = body()
    if result < 0 { throw Errno(rawValue: Int32(-result)) }
    return result
}
