/// What somebody may have meant who wrote a name that is none.
enum Suggestion {
    /// No name is that long, and longer texts are not worth the time.
    private static let maximumLength = 64

    /// The nearest of the names; nil where none is near: where more than a third of it is wrong.
    static func nearest(to name: String, among names: [String]) -> String? {
        guard name.utf8.count <= maximumLength else { return nil }
        let nearest = names.map { ($0, distance(name, $0)) }.min { $0.1 < $1.1 }
        guard let (candidate, distance) = nearest, distance * 3 <= max(name.count, candidate.count) else {
            return nil
        }
        return candidate
    }

    /// How many characters have to be inserted, removed, changed or swapped with their neighbour to get from one text
    /// to the other: the distance of optimal string alignment.
    static func distance(_ first: String, _ second: String) -> Int {
        let (first, second) = (Array(first), Array(second))
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for (row, character) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                let change = last[column] + (character == other ? 0 : 1)
                var best = min(change, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, character == second[column - 1], first[row - 1] == other {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[second.count]
    }
}
