extension Connection {
    /// Makes the peer use connection IDs that are issued from now on, in place of those it has.
    package func replaceConnectionIDs() {}
}
