#pragma once

// As in COpenSSL's shim.h, so that Swift sees one and the same declaration.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <stdlib.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/ssl.h>

// Function-like macros and varargs of OpenSSL, which Swift does not see.

static inline int cquic_ssl_ctx_require_tls13(SSL_CTX *ctx) {
    return SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION)
        && SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION);
}

static inline int cquic_ssl_ctx_set_groups(SSL_CTX *ctx, const char *list) {
    return (int)SSL_CTX_set1_groups_list(ctx, list);
}

// Prepares what makes the MAC of a session ticket, HMAC-SHA-256.
static inline int cquic_ticket_mac_init(EVP_MAC_CTX *mac, const void *key, size_t count) {
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)key, count),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(mac, params);
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

// Sessions go to the callback, and are not kept.
static inline void cquic_ssl_ctx_hand_out_sessions(SSL_CTX *ctx) {
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
}

static inline int cquic_ssl_set_server_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}

static inline void cquic_ssl_ctx_release_buffers(SSL_CTX *ctx) {
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
}

static inline STACK_OF(X509) *cquic_x509_stack_new(void) {
    STACK_OF(X509) *stack = sk_X509_new_null();
    if (!stack) abort();
    return stack;
}

// The stack takes a reference of its own.
static inline void cquic_x509_stack_push(STACK_OF(X509) *stack, X509 *certificate) {
    X509_up_ref(certificate);
    if (sk_X509_push(stack, certificate) == 0) abort();
}

static inline void cquic_x509_stack_free(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }

static inline int cquic_ssl_ctx_use(SSL_CTX *ctx, X509 *leaf, EVP_PKEY *key, STACK_OF(X509) *issuers) {
    return SSL_CTX_use_cert_and_key(ctx, leaf, key, issuers, 1);
}

static inline int cquic_ssl_use(SSL *ssl, X509 *leaf, EVP_PKEY *key, STACK_OF(X509) *issuers) {
    return SSL_use_cert_and_key(ssl, leaf, key, issuers, 1);
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
