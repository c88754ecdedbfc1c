#include "server/packet/srtp/srtp_session.h"

#include <srtp2/srtp.h>

#include <algorithm>
#include <span>
#include <utility>

namespace ms::srtp {
namespace {

constexpr std::size_t kRtpHeaderBytes = 12;
constexpr std::size_t kRtcpHeaderBytes = 8;

bool libraryIsReady() {
  static const bool ready = srtp_init() == srtp_err_status_ok;
  return ready;
}

Drop dropFor(srtp_err_status_t status) {
  switch (status) {
    case srtp_err_status_auth_fail:
    case srtp_err_status_cipher_fail:
      return Drop::Unauthenticated;
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
      return Drop::Replayed;
    default:
      return Drop::Malformed;
  }
}

void setProfile(srtp_crypto_policy_t& policy, Profile profile) {
  if (profile == Profile::AeadAes128Gcm) {
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy);
  } else {
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy);
  }
}

srtp_t makeContext(Profile profile, const MasterKey& key, srtp_ssrc_type_t direction) {
  MasterKey bytes = key;  // The library takes a mutable pointer and copies the bytes.
  srtp_policy_t policy{};
  policy.ssrc.type = direction;
  policy.key = bytes.data();
  policy.window_size = SrtpSession::kReplayWindowPackets;
  policy.allow_repeat_tx = direction == ssrc_any_outbound;
  setProfile(policy.rtp, profile);
  setProfile(policy.rtcp, profile);

  srtp_t context = nullptr;
  return srtp_create(&context, &policy) == srtp_err_status_ok ? context : nullptr;
}

}  // namespace

void SrtpSession::Release::operator()(srtp_ctx_t_* session) const { srtp_dealloc(session); }

SrtpSession::SrtpSession(Handle outbound, Handle inbound)
    : outbound_(std::move(outbound)), inbound_(std::move(inbound)) {}
SrtpSession::SrtpSession(SrtpSession&&) noexcept = default;
SrtpSession& SrtpSession::operator=(SrtpSession&&) noexcept = default;
SrtpSession::~SrtpSession() = default;

std::expected<SrtpSession, Drop> SrtpSession::make(const SrtpKeys& keys) {
  if (!libraryIsReady()) return std::unexpected(Drop::Malformed);
  Handle outbound(makeContext(keys.profile, keys.outbound, ssrc_any_outbound));
  Handle inbound(makeContext(keys.profile, keys.inbound, ssrc_any_inbound));
  if (!outbound || !inbound) return std::unexpected(Drop::Malformed);
  return SrtpSession(std::move(outbound), std::move(inbound));
}

std::expected<std::size_t, Drop> SrtpSession::protectRtp(MutableBytes buffer, std::size_t size) {
  if (size < kRtpHeaderBytes) return std::unexpected(Drop::TooShort);
  if (buffer.size() < size + kMaxTrailerBytes) return std::unexpected(Drop::NoRoom);
  int length = static_cast<int>(size);
  const auto status = srtp_protect(outbound_.get(), buffer.data(), &length);
  if (status != srtp_err_status_ok) return std::unexpected(dropFor(status));
  return static_cast<std::size_t>(length);
}

std::expected<std::size_t, Drop> SrtpSession::protectRtcp(MutableBytes buffer, std::size_t size) {
  if (size < kRtcpHeaderBytes) return std::unexpected(Drop::TooShort);
  if (buffer.size() < size + kMaxTrailerBytes) return std::unexpected(Drop::NoRoom);
  int length = static_cast<int>(size);
  const auto status = srtp_protect_rtcp(outbound_.get(), buffer.data(), &length);
  if (status != srtp_err_status_ok) return std::unexpected(dropFor(status));
  return static_cast<std::size_t>(length);
}

std::expected<MutableBytes, Drop> SrtpSession::unprotectRtp(MutableBytes packet) {
  if (packet.size() < kRtpHeaderBytes) return std::unexpected(Drop::TooShort);
  const std::uint32_t ssrc = loadBe32(packet, 8);
  if (!mayTake(ssrc)) return std::unexpected(Drop::TooManySsrcs);
  int length = static_cast<int>(packet.size());
  const auto status = srtp_unprotect(inbound_.get(), packet.data(), &length);
  if (status != srtp_err_status_ok) return std::unexpected(dropFor(status));
  rememberSsrc(ssrc);
  return packet.first(static_cast<std::size_t>(length));
}

std::expected<MutableBytes, Drop> SrtpSession::unprotectRtcp(MutableBytes packet) {
  if (packet.size() < kRtcpHeaderBytes) return std::unexpected(Drop::TooShort);
  const std::uint32_t ssrc = loadBe32(packet, 4);
  if (!mayTake(ssrc)) return std::unexpected(Drop::TooManySsrcs);
  int length = static_cast<int>(packet.size());
  const auto status = srtp_unprotect_rtcp(inbound_.get(), packet.data(), &length);
  if (status != srtp_err_status_ok) return std::unexpected(dropFor(status));
  rememberSsrc(ssrc);
  return packet.first(static_cast<std::size_t>(length));
}

bool SrtpSession::knowsSsrc(std::uint32_t ssrc) const {
  const auto known = std::span(inbound_ssrcs_).first(inbound_ssrc_count_);
  return std::ranges::find(known, ssrc) != known.end();
}

bool SrtpSession::mayTake(std::uint32_t ssrc) const {
  return inbound_ssrc_count_ < kMaxInboundSsrcs || knowsSsrc(ssrc);
}

void SrtpSession::rememberSsrc(std::uint32_t ssrc) {
  if (!knowsSsrc(ssrc)) inbound_ssrcs_[inbound_ssrc_count_++] = ssrc;
}

}  // namespace ms::srtp
