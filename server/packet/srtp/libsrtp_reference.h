// For tests and benchmarks: libsrtp2 behind the interface of SrtpSession, to compare with.
#pragma once

#include <srtp2/srtp.h>

#include <memory>
#include <optional>
#include <utility>

#include "server/base/bytes.h"
#include "server/packet/srtp/srtp_keys.h"
#include "server/packet/srtp/srtp_session.h"

namespace ms::srtp {

class LibsrtpReference {
 public:
  explicit LibsrtpReference(const SrtpKeys& keys)
      : outbound_(makeContext(keys.profile, keys.outbound, ssrc_any_outbound)),
        inbound_(makeContext(keys.profile, keys.inbound, ssrc_any_inbound)) {}

  // Sizes after protecting in place; nothing when the library refuses.
  std::optional<std::size_t> protectRtp(MutableBytes buffer, std::size_t size) {
    return run(srtp_protect, outbound_, buffer, size);
  }
  std::optional<std::size_t> protectRtcp(MutableBytes buffer, std::size_t size) {
    return run(srtp_protect_rtcp, outbound_, buffer, size);
  }
  std::optional<MutableBytes> unprotectRtp(MutableBytes packet) {
    return open(srtp_unprotect, packet);
  }
  std::optional<MutableBytes> unprotectRtcp(MutableBytes packet) {
    return open(srtp_unprotect_rtcp, packet);
  }

 private:
  struct Release {
    void operator()(srtp_t context) const { srtp_dealloc(context); }
  };
  using Handle = std::unique_ptr<srtp_ctx_t_, Release>;

  static void setPolicy(srtp_policy_t& policy, Profile profile) {
    switch (profile) {
      case Profile::AeadAes128Gcm:
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        return srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
      case Profile::AeadAes256Gcm:
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
        return srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp);
      case Profile::Aes128CmHmacSha1_80:
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
        return srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
      case Profile::Aes128CmHmacSha1_32:
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
        return srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
      case Profile::Aes256CmHmacSha1_80:
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtp);
        return srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtcp);
      case Profile::Aes256CmHmacSha1_32:
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(&policy.rtp);
        return srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtcp);
    }
  }

  static Handle makeContext(Profile profile, MasterKey key, srtp_ssrc_type_t direction) {
    static const bool is_ready = srtp_init() == srtp_err_status_ok;
    srtp_policy_t policy{};
    policy.ssrc.type = direction;
    policy.key = key.data();
    policy.window_size = SrtpSession::kReplayWindowPackets;
    policy.allow_repeat_tx = direction == ssrc_any_outbound;
    setPolicy(policy, profile);
    srtp_t context = nullptr;
    if (!is_ready || srtp_create(&context, &policy) != srtp_err_status_ok) return nullptr;
    return Handle(context);
  }

  template <class Operation>
  static std::optional<std::size_t> run(Operation operation, Handle& context, MutableBytes bytes,
                                        std::size_t size) {
    int length = static_cast<int>(size);
    if (operation(context.get(), bytes.data(), &length) != srtp_err_status_ok) return std::nullopt;
    return static_cast<std::size_t>(length);
  }
  template <class Operation>
  std::optional<MutableBytes> open(Operation operation, MutableBytes packet) {
    const auto size = run(operation, inbound_, packet, packet.size());
    if (!size) return std::nullopt;
    return packet.first(*size);
  }

  Handle outbound_;
  Handle inbound_;
};

}  // namespace ms::srtp
