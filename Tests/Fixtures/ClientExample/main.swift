import Drover

var options = ClientOptions(applicationProtocols: ["shout"])
options.authorities = .file(".state/dev-cert.pem")
let connection = try await connect(to: "127.0.0.1:4433", named: "localhost", options)
let stream = try await connection.openStream()
try await stream.write(Array("hello".utf8))
await stream.finish()
while let octets = try await stream.read() { print(String(decoding: octets, as: UTF8.self)) }
await connection.closeWhenFlushed()
