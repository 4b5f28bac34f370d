import CQUICShims
import Control
import Testing
import Worker

@testable import Transport

struct CongestionControlTests {
    /// Nothing on the wire says which it is.
    @Test(
        "ngtcp2 is told which one is wanted",
        arguments: zip(
            TransportOptions.CongestionControl.allCases,
            [NGTCP2_CC_ALGO_CUBIC, NGTCP2_CC_ALGO_BBR, NGTCP2_CC_ALGO_RENO]))
    func algorithm(wanted: TransportOptions.CongestionControl, told: ngtcp2_cc_algo) {
        var options = TransportOptions()
        options.congestionControl = wanted
        #expect(TransportSettings(options).ngtcp2Settings.cc_algo == told)
    }
}
