import Drover
import Linux

StandardStream.fillMissing()
// Workers are this executable, too, and have no arguments to parse.
if Pool.isWorker {
    Pool.runAsWorker(Echo.handle)
}
DroverCommand.mainInOneLine()
