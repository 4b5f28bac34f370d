// What an application sees of the modules beneath: with these names, it imports this module only.
@_exported public import class EventLoop.LoopActor
@_exported public import struct Transport.QUICError
