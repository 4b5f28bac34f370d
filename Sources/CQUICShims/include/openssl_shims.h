#pragma once

// As in COpenSSL's shim.h, so that Swift sees one and the same declaration.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>

// Function-like macros and varargs of OpenSSL, which Swift does not see.

static inline int cquic_ssl_ctx_require_tls13(SSL_CTX *ctx) {
    return SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION)
        && SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION);
}

static inline int cquic_ssl_ctx_set_groups(SSL_CTX *ctx, const char *list) {
    return (int)SSL_CTX_set1_groups_list(ctx, list);
}

static inline int cquic_ssl_ctx_set_ticket_keys(SSL_CTX *ctx, const void *keys, size_t count) {
    return (int)SSL_CTX_set_tlsext_ticket_keys(ctx, (void *)keys, (long)count);
}

static inline void cquic_ssl_ctx_set_quic_options(SSL_CTX *ctx) {
    // RFC 9001 §8.4: no change_cipher_spec.
    SSL_CTX_clear_options(ctx, SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
    // Our order of suites, except that a client which puts ChaCha20 first has slow AES.
    SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
}

static inline void cquic_ssl_ctx_disable_session_cache(SSL_CTX *ctx) {
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
}

static inline void cquic_ssl_ctx_release_buffers(SSL_CTX *ctx) {
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
}

// Takes ownership of `certificate` if it returns 1.
static inline int cquic_ssl_ctx_add_chain_certificate(SSL_CTX *ctx, X509 *certificate) {
    return (int)SSL_CTX_add0_chain_cert(ctx, certificate);
}

static inline void cquic_bio_clear_retry(BIO *bio) {
    BIO_clear_retry_flags(bio);
}

static inline void cquic_bio_set_retry_read(BIO *bio) {
    BIO_set_retry_read(bio);
}

static inline size_t cquic_bio_get_mem_data(BIO *bio, const char **data) {
    long count = BIO_get_mem_data(bio, (char **)data);
    return count > 0 ? (size_t)count : 0;
}

static inline EVP_PKEY *cquic_evp_generate_p256(void) {
    return EVP_EC_gen("P-256");
}
