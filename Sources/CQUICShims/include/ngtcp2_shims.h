#pragma once

// ngtcp2's versioned entry points are function-like macros, which Swift cannot see.

#include <ngtcp2/ngtcp2.h>

static inline void quic_settings_default(ngtcp2_settings *settings) { ngtcp2_settings_default(settings); }

static inline void quic_transport_params_default(ngtcp2_transport_params *params) {
    ngtcp2_transport_params_default(params);
}

static inline ngtcp2_ssize quic_transport_params_encode(uint8_t *dest, size_t count,
                                                        const ngtcp2_transport_params *params) {
    return ngtcp2_transport_params_encode(dest, count, params);
}

static inline uint64_t quic_conn_peer_connection_id_limit(ngtcp2_conn *conn) {
    const ngtcp2_transport_params *params = ngtcp2_conn_get_remote_transport_params(conn);
    return params ? params->active_connection_id_limit : 0;
}

// ngtcp2 has no call that issues another connection ID or that replaces those it issued: it issues as many as this
// limit of the peer's says. The object is on the heap and the connection's own, const only to callers.
static inline void quic_conn_set_peer_connection_id_limit(ngtcp2_conn *conn, uint64_t limit) {
    ngtcp2_transport_params *params = (ngtcp2_transport_params *)ngtcp2_conn_get_remote_transport_params(conn);
    if (params) params->active_connection_id_limit = limit;
}

static inline int quic_conn_server_new(ngtcp2_conn **conn, const ngtcp2_cid *dcid, const ngtcp2_cid *scid,
                                       const ngtcp2_path *path, uint32_t version,
                                       const ngtcp2_callbacks *callbacks, const ngtcp2_settings *settings,
                                       const ngtcp2_transport_params *params, void *user_data) {
    return ngtcp2_conn_server_new(conn, dcid, scid, path, version, callbacks, settings, params, NULL, user_data);
}

static inline int quic_conn_client_new(ngtcp2_conn **conn, const ngtcp2_cid *dcid, const ngtcp2_cid *scid,
                                       const ngtcp2_path *path, uint32_t version,
                                       const ngtcp2_callbacks *callbacks, const ngtcp2_settings *settings,
                                       const ngtcp2_transport_params *params, void *user_data) {
    return ngtcp2_conn_client_new(conn, dcid, scid, path, version, callbacks, settings, params, NULL, user_data);
}

static inline int quic_conn_read_pkt(ngtcp2_conn *conn, const ngtcp2_path *path, uint8_t ecn,
                                     const uint8_t *packet, size_t count, ngtcp2_tstamp ts) {
    ngtcp2_pkt_info info = {.ecn = ecn};
    return ngtcp2_conn_read_pkt(conn, path, &info, packet, count, ts);
}

static inline ngtcp2_ssize quic_conn_writev_stream(ngtcp2_conn *conn, ngtcp2_path *path, ngtcp2_pkt_info *info,
                                                   uint8_t *packet, size_t capacity, ngtcp2_ssize *accepted,
                                                   uint32_t flags, int64_t stream, const ngtcp2_vec *data,
                                                   size_t count, ngtcp2_tstamp ts) {
    return ngtcp2_conn_writev_stream(conn, path, info, packet, capacity, accepted, flags, stream, data, count, ts);
}

static inline ngtcp2_ssize quic_conn_writev_datagram(ngtcp2_conn *conn, ngtcp2_path *path, ngtcp2_pkt_info *info,
                                                     uint8_t *packet, size_t capacity, int *accepted,
                                                     uint32_t flags, const ngtcp2_vec *data, size_t count,
                                                     ngtcp2_tstamp ts) {
    return ngtcp2_conn_writev_datagram(conn, path, info, packet, capacity, accepted, flags, 0, data, count, ts);
}

static inline uint64_t quic_conn_peer_datagram_limit(ngtcp2_conn *conn) {
    const ngtcp2_transport_params *params = ngtcp2_conn_get_remote_transport_params(conn);
    return params ? params->max_datagram_frame_size : 0;
}

static inline void quic_conn_get_info(ngtcp2_conn *conn, ngtcp2_conn_info *info) {
    ngtcp2_conn_get_conn_info(conn, info);
}

static inline ngtcp2_ssize quic_conn_write_connection_close(ngtcp2_conn *conn, ngtcp2_path *path,
                                                            ngtcp2_pkt_info *info, uint8_t *packet,
                                                            size_t capacity, const ngtcp2_ccerr *error,
                                                            ngtcp2_tstamp ts) {
    return ngtcp2_conn_write_connection_close(conn, path, info, packet, capacity, error, ts);
}
