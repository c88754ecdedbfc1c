#include "modules/elements/src/webrtc_events.h"

#include <chrono>

namespace ms::elements {

api::IceComponentState toApi(net::IceState state) {
  using enum net::IceState;
  switch (state) {
    case Disconnected:
      return api::IceComponentState::Disconnected;
    case Gathering:
      return api::IceComponentState::Gathering;
    case Connecting:
      return api::IceComponentState::Connecting;
    case Connected:
      return api::IceComponentState::Connected;
    case Ready:
      return api::IceComponentState::Ready;
    case Failed:
      return api::IceComponentState::Failed;
  }
  return api::IceComponentState::Disconnected;
}

api::DtlsConnectionState toApi(dtls::DtlsState state) {
  using enum dtls::DtlsState;
  switch (state) {
    case New:
      return api::DtlsConnectionState::New;
    case Connecting:
      return api::DtlsConnectionState::Connecting;
    case Connected:
      return api::DtlsConnectionState::Connected;
    case Failed:
      return api::DtlsConnectionState::Failed;
    case Closed:
      return api::DtlsConnectionState::Closed;
  }
  return api::DtlsConnectionState::New;
}

rtp::RembParams toRtp(const api::RembParams& params) {
  rtp::RembParams out;
  out.packets_recv_interval_top =
      params.packets_recv_interval_top.value_or(out.packets_recv_interval_top);
  out.exponential_factor = params.exponential_factor.value_or(out.exponential_factor);
  out.lineal_factor_min = params.lineal_factor_min.value_or(out.lineal_factor_min);
  out.lineal_factor_grade = params.lineal_factor_grade.value_or(out.lineal_factor_grade);
  out.decrement_factor = params.decrement_factor.value_or(out.decrement_factor);
  out.threshold_factor = params.threshold_factor.value_or(out.threshold_factor);
  out.up_losses = params.up_losses.value_or(out.up_losses);
  out.remb_on_connect = params.remb_on_connect.value_or(out.remb_on_connect);
  return out;
}

sdp::Fingerprint toSdp(const dtls::Fingerprint& fingerprint) {
  const Bytes digest = fingerprint.digest();
  return {std::string(dtls::nameOf(fingerprint.hash())), {digest.begin(), digest.end()}};
}

Bitrate kbps(int value) { return Bitrate(std::int64_t{1000} * value); }

int streamIdOf(peer::TransportIndex transport) { return static_cast<int>(transport) + 1; }

std::vector<api::DtlsConnection> dtlsConnections(peer::TransportIndex transport,
                                                 api::DtlsConnectionState state) {
  const std::string stream = std::to_string(streamIdOf(transport));
  std::vector<api::DtlsConnection> connections;
  for (const char* half : {"[bundle/dtlssrtpenc]", "[bundle/dtlssrtpdec]"}) {
    api::DtlsConnection connection;
    connection.stream_id = stream;
    connection.component_id = half;
    connection.connection_id = "dtls-" + stream + "-" + std::to_string(net::kIceComponentId);
    connection.state = state;
    connections.push_back(connection);
  }
  return connections;
}

std::vector<MlineOfTransport> mlinesOf(const sdp::SessionDescription& local,
                                       const std::optional<sdp::NegotiatedSession>& session,
                                       peer::TransportIndex transport) {
  std::vector<MlineOfTransport> mlines;
  const auto isCarried = [&](std::size_t mline) {
    if (!session) return local.media[mline].port != 0;
    for (const sdp::NegotiatedMedia& media : session->media)
      if (media.mline == mline) return media.transport == transport;
    return session->data && session->data->mline == mline && session->data->transport == transport;
  };
  for (std::size_t i = 0; i < local.media.size(); ++i)
    if (isCarried(i)) mlines.push_back({i, std::string(local.media[i].value("mid").value_or(""))});
  return mlines;
}

std::uint64_t ntpSecondsNow() {
  constexpr std::uint64_t kSecondsTo1970 = 2'208'988'800;
  const auto since_1970 = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return kSecondsTo1970 + static_cast<std::uint64_t>(since_1970.count());
}

}  // namespace ms::elements
