package import Control
package import Logging

extension Logger {
    /// Logs to standard error as the options say. It is Drover's own: where a program that embeds Drover sets up
    /// swift-log's `LoggingSystem`, neither gets in the other's way.
    package init(_ options: LogOptions) {
        self.init(label: "drover") { _ in LineLogHandler(options) }
    }
}
