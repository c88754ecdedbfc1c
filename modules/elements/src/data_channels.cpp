#include "modules/elements/src/data_channels.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "server/model/api_error.h"

namespace ms::elements {
namespace {

using model::ApiError;
using model::ErrorCode;

std::uint32_t limitOf(int value) {
  return static_cast<std::uint32_t>(
      std::min<int>(value, std::numeric_limits<std::uint16_t>::max()));
}

sctp::Reliability reliabilityOf(int max_packet_life_time, int max_retransmits) {
  using enum sctp::Reliability::Policy;
  if (max_packet_life_time >= 0)
    return {.policy = MaxLifetime, .limit = limitOf(max_packet_life_time)};
  if (max_retransmits >= 0) return {.policy = MaxRetransmits, .limit = limitOf(max_retransmits)};
  return {};
}

// What does not say it takes 64 KiB, and 0 means any size; we send no more than we take.
std::size_t maxMessageBytes(const sdp::NegotiatedData& data) {
  constexpr std::uint64_t kOurs = sctp::Association::kMaxMessageBytes;
  const std::uint64_t theirs =
      data.remote_max_message_size.value_or(sctp::DataPeerConfig::kDefaultMaxMessageBytes);
  return static_cast<std::size_t>(theirs == 0 ? kOurs : std::min(theirs, kOurs));
}

}  // namespace

void DataChannels::start(Loop& home, Loop& peer, net::SctpLoop& sctp,
                         const sdp::NegotiatedSession& session,
                         std::weak_ptr<net::DataSessionObserver> observer) {
  const sdp::NegotiatedData& data = *session.data;
  const bool is_client = session.transports.at(data.transport).setup == sdp::SetupRole::Active;
  session_ = std::make_unique<net::DataSession>(
      home, peer, sctp,
      sctp::DataPeerConfig{
          .role = is_client ? sctp::Role::Client : sctp::Role::Server,
          .ports = {.local = data.local_sctp_port, .remote = data.remote_sctp_port},
          .max_message_bytes = maxMessageBytes(data)},
      std::move(observer));
}

void DataChannels::checkConnected() const {
  if (!session_ || !is_connected_)
    throw ApiError(ErrorCode::MediaObjectOperationNotSupported, "Data channels are not supported");
}

void DataChannels::create(const std::string& label, bool ordered, int max_packet_life_time,
                          int max_retransmits, const std::string& protocol) {
  checkConnected();
  if (max_packet_life_time >= 0 && max_retransmits >= 0)
    throw ApiError(ErrorCode::MediaObjectIllegalParam, "Syntax error");
  if (std::max(label.size(), protocol.size()) > sctp::kMaxLabelBytes)
    throw ApiError(ErrorCode::MediaObjectIllegalParam, "Label or protocol too long");
  if (open_.size() >= sctp::DataChannels::kMaxChannels)
    throw ApiError(ErrorCode::NotEnoughResources, "Too many data channels");
  session_->open({.label = label,
                  .protocol = protocol,
                  .ordered = ordered,
                  .reliability = reliabilityOf(max_packet_life_time, max_retransmits)});
}

void DataChannels::close(int channel_id) {
  checkConnected();
  const bool is_number = channel_id >= 0 && channel_id <= std::numeric_limits<std::uint16_t>::max();
  const sctp::StreamId channel(static_cast<std::uint16_t>(is_number ? channel_id : 0));
  if (!is_number || !open_.contains(channel))
    throw ApiError(ErrorCode::UnexpectedError,
                   "No data channel " + std::to_string(channel_id) + " is open");
  session_->close(channel);
}

void DataChannels::setSource(net::DataOutletPtr source) {
  if (session_) session_->setSource(std::move(source));
}

void DataChannels::statistics(std::move_only_function<void(const sctp::DataStatistics&)> done) {
  if (session_) return session_->statistics(std::move(done));
  done({});
}

}  // namespace ms::elements
