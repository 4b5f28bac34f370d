import Testing

/// One row of a table of test vectors, in hexadecimal.
struct Vector: Sendable, CustomTestStringConvertible {
    let id: UInt8
    let serverID: String
    let nonce: String
    let connectionID: String

    init(_ id: UInt8, _ serverID: String, _ nonce: String, _ connectionID: String) {
        self.id = id
        self.serverID = serverID
        self.nonce = nonce
        self.connectionID = connectionID
    }

    var testDescription: String { connectionID }
}

extension Vector {
    /// draft-ietf-quic-load-balancers-21 Appendix B. The second row is malformed there (its nonce has
    /// an odd number of digits and the first octet encodes no length): here with the nonce's zero and
    /// the first octet that the other rows imply.
    static let draft = [
        Vector(0, "c4605e", "4504cc4f", "07c4605e4504cc4f"),
        Vector(1, "350d28b420", "03487d970b", "2a350d28b42003487d970b"),
    ]

    /// Made by an independent implementation of the draft, in Python: all server ID lengths, and
    /// nonces from the shortest to the longest.
    static let generated = [
        Vector(1, "52", "e44da7f2", "2552e44da7f2"),
        Vector(1, "2a", "fffcd3c1f89057", "282afffcd3c1f89057"),
        Vector(4, "f3", "263620202d31c4b0f4db", "8bf3263620202d31c4b0f4db"),
        Vector(1, "3d", "97447ed136409366675168bdcd", "2e3d97447ed136409366675168bdcd"),
        Vector(4, "e7", "34704a845b4bae6b016dbfd3d2c4efea", "91e734704a845b4bae6b016dbfd3d2c4efea"),
        Vector(6, "e31c", "596a2efc", "c6e31c596a2efc"),
        Vector(3, "61fa", "89388030e6a483", "6961fa89388030e6a483"),
        Vector(5, "6eda", "496e23c0b19abe2754a8", "ac6eda496e23c0b19abe2754a8"),
        Vector(0, "039f", "a8d45891ae302922ad2e31037b", "0f039fa8d45891ae302922ad2e31037b"),
        Vector(4, "dccf", "a3d8fbc2276382a158216966c925d6e9", "92dccfa3d8fbc2276382a158216966c925d6e9"),
        Vector(3, "1c2879", "fd47e1f796", "681c2879fd47e1f796"),
        Vector(0, "b0bcae", "54bb7765fd58b532", "0bb0bcae54bb7765fd58b532"),
        Vector(5, "9bb4a1", "0e4f2a696bc87d3fbbd3cf", "ae9bb4a10e4f2a696bc87d3fbbd3cf"),
        Vector(2, "c517aa", "a7f572c2ffa6041f12bc9dc743d7", "51c517aaa7f572c2ffa6041f12bc9dc743d7"),
        Vector(6, "639ea904", "06403fdd", "c8639ea90406403fdd"),
        Vector(1, "4d4a7ff8", "61e991b96bced0", "2b4d4a7ff861e991b96bced0"),
        Vector(2, "9219469c", "53ff94c1588a9140a428", "4e9219469c53ff94c1588a9140a428"),
        Vector(2, "e6366695", "3e7e184d25b5ce96e7e93b2234", "51e63666953e7e184d25b5ce96e7e93b2234"),
        Vector(5, "2327e933f1", "256fc028", "a92327e933f1256fc028"),
        Vector(2, "8ee95a0559", "543db741dd1aee", "4c8ee95a0559543db741dd1aee"),
        Vector(4, "567ec327de", "beccd5d7a94a47737fa9", "8f567ec327debeccd5d7a94a47737fa9"),
        Vector(5, "f54208059f", "041dc9dbe6cfca68302eac84ac", "b2f54208059f041dc9dbe6cfca68302eac84ac"),
        Vector(6, "940ec7ad962f", "e21a487b00", "cb940ec7ad962fe21a487b00"),
        Vector(3, "303afc4b2fd7", "1a2b3c77403dfd5f", "6e303afc4b2fd71a2b3c77403dfd5f"),
        Vector(0, "5f8e692e84de", "f35d7709b71aec6beb47c6", "115f8e692e84def35d7709b71aec6beb47c6"),
        Vector(5, "d067e01df9fe5c", "924d32f4", "abd067e01df9fe5c924d32f4"),
        Vector(1, "2bb27bce2be85a", "68b0acc5990810", "2e2bb27bce2be85a68b0acc5990810"),
        Vector(2, "4f51102cc3e309", "e42514f12f2f8041f0f0", "514f51102cc3e309e42514f12f2f8041f0f0"),
        Vector(6, "68934649722d831e", "34bbfe41", "cc68934649722d831e34bbfe41"),
        Vector(6, "a821c7b3c2b0045f", "74f02d930a4b98", "cfa821c7b3c2b0045f74f02d930a4b98"),
        Vector(2, "374b31fb98207e90", "f6beebcdb9265ffcabe9", "52374b31fb98207e90f6beebcdb9265ffcabe9"),
        Vector(6, "bc087e6521720a03ec", "f875475a29", "cebc087e6521720a03ecf875475a29"),
        Vector(3, "977f1e3ea78171f553", "0ea14d343fe5dcf8", "71977f1e3ea78171f5530ea14d343fe5dcf8"),
        Vector(4, "0cea352510222228b784", "70526ec2", "8e0cea352510222228b78470526ec2"),
        Vector(1, "825f675701070ccee827", "ed95e63df8b3b4", "31825f675701070ccee827ed95e63df8b3b4"),
        Vector(5, "5ed37f1d16ee5845cba5e9", "20f8e19b", "af5ed37f1d16ee5845cba5e920f8e19b"),
        Vector(3, "5163804f58e91e2326f522", "fde5acaf2bfcb4", "725163804f58e91e2326f522fde5acaf2bfcb4"),
        Vector(3, "cdb194d4cc09734f0de408be", "6948e69d53", "71cdb194d4cc09734f0de408be6948e69d53"),
        Vector(1, "e02e96e255393da2d1a12007d9", "b81e5830", "31e02e96e255393da2d1a12007d9b81e5830"),
        Vector(5, "479e619a728feb1c71d2bd08e4ec", "33c104e9", "b2479e619a728feb1c71d2bd08e4ec33c104e9"),
        Vector(5, "1f", "3e86a3e5f20de5c659d08927856083f053b7", "b31f3e86a3e5f20de5c659d08927856083f053b7"),
        Vector(2, "d6e17950436f88017eaae355ef4394", "b493c27b", "53d6e17950436f88017eaae355ef4394b493c27b"),
    ]
}
