/// What can be asked of a pool over the control socket, by the names that requests and answers have.
package enum ControlCommand: String, CaseIterable, Sendable {
    case status
    case resize
    case drain
    case undrain
    case restart
    case reload
    case upgrade
    case rotateKey = "rotate-key"
    case rotateSecrets = "rotate-secrets"
    case loadBalancerConfiguration = "lb-config"
    case connections
    case close
    case stop
}
