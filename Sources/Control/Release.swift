/// This release of Drover.
package enum Release {
    package static let version = "0.1.0"
}
