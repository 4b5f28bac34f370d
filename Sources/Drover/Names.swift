// What an application sees of the modules beneath: with these names, it imports this module only.

@_exported public import struct Control.AddressValidationOptions
@_exported public import struct Control.AdmissionLimits
@_exported public import struct Control.LogOptions
@_exported public import struct Control.SocketOptions
@_exported public import struct Control.TransportOptions
@_exported public import class EventLoop.LoopActor
@_exported public import enum Transport.ConnectionState
@_exported public import struct Transport.ConnectionStatistics
@_exported public import struct Transport.QUICError
