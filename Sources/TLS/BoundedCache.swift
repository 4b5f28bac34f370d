/// Values by their keys, so many at most: the oldest makes room.
package struct BoundedCache<Key: Hashable, Value> {
    private let capacity: Int
    private var values: [Key: Value] = [:]
    /// In the order of insertion.
    private var keys: [Key] = []

    package init(capacity: Int) {
        self.capacity = capacity
    }

    package subscript(key: Key) -> Value? { values[key] }

    /// - Precondition: there is none for `key`.
    package mutating func insert(_ value: Value, for key: Key) {
        if keys.count == capacity { values[keys.removeFirst()] = nil }
        keys.append(key)
        let former = values.updateValue(value, forKey: key)
        precondition(former == nil, "the key has a value")
    }
}
