/// Pearson's statistic of counts that should be equal.
///
/// With four slots (three degrees of freedom) a fair ring exceeds 30.7 once in a million runs.
func chiSquared(_ counts: [Int]) -> Double {
    let expected = Double(counts.reduce(0, +)) / Double(counts.count)
    return counts.reduce(0) { sum, count in
        let difference = Double(count) - expected
        return sum + difference * difference / expected
    }
}

let unfairWithFourSlots = 30.7
