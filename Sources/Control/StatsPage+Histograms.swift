// Each histogram has 32 words: the sum in nanoseconds, then the buckets.
extension StatsPage {
    static let firstHistogramIndex = 256
    static let wordsInHistogram = 32

    private func words(of histogram: Histogram) -> UnsafeMutablePointer<UInt64> {
        words + Self.firstHistogramIndex + histogram.rawValue * Self.wordsInHistogram
    }

    /// Counts a measurement. A time below zero counts as none.
    package func observe(_ histogram: Histogram, _ time: Duration) {
        let nanoseconds = time.nanoseconds
        let bounds = histogram.bounds
        let words = words(of: histogram)
        words[0] &+= nanoseconds
        words[1 + (bounds.firstIndex { nanoseconds <= $0 } ?? bounds.count)] &+= 1
    }

    package subscript(histogram: Histogram) -> HistogramCounts {
        let words = words(of: histogram)
        let buckets = UnsafeBufferPointer(start: words + 1, count: histogram.bounds.count + 1)
        return HistogramCounts(buckets: Array(buckets), sum: words[0])
    }
}
