package import JSONText
import Linux
import QUICLB

extension LoadBalancerConfiguration {
    /// A Network Load Balancer finds the server ID in octets 1 to 8.
    private static let awsServerIDLength = 8

    /// What `aws elbv2 register-targets --cli-input-json` takes, without the target group's ARN: the host by its IP
    /// address, with the host ID as its QUIC server ID (`TargetDescription` of the API version 2015-12-01).
    package func awsTargets() throws(LoadBalancerFormatError) -> JSON {
        guard configurations.allSatisfy({ $0.key == nil }) else { throw .awsTakesPlaintextOnly }
        guard hostID.octets.count == Self.awsServerIDLength else {
            throw .awsHostIDLength(hostID.octets.count)
        }
        let address = try address()
        let target: JSON = [
            "Id": .string(address.host),
            "Port": .number(Int(address.port)),
            "QuicServerId": .string("0x\(hostID)"),
        ]
        return ["Targets": [target]]
    }
}
