/// A P-256 key under a pass phrase, made for these tests only.
let encryptedPrivateKeyPEM = """
    -----BEGIN ENCRYPTED PRIVATE KEY-----
    MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg07t4BaByhswICCAAw
    DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEEkLnAzLM7NP3/uSGrmfrtUEgZAp
    ziYlaL+Os+jkHO5RBiBWdS66viH1PIAX4G9qFOGh9AAy9Aa7ocn0jXL5qToKTWlT
    qf24Eh8umg5TUgE+H08G5Ju1KUxEIDLdZ2Dl+VaU4sr5QuYYA7nH71JWypjtCTUW
    QDzNqoru1ffgxvEjlDCKzJnk3YXlAvnMyYa7s/F8yX+1fmf2yikuC1+kQbRXn6k=
    -----END ENCRYPTED PRIVATE KEY-----
    """
