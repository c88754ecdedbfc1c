#include "modules/elements/src/mixing_hub.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "modules/elements/src/media_words.h"
#include "server/base/log.h"
#include "server/frame/codec_table.h"
#include "server/frame/failure_budget.h"
#include "server/frame/video_mix.h"
#include "server/net/data_mixer.h"

namespace ms::elements {
namespace {

LogCategory category("hub");

// For what is missing; the rest of the mixer's latency is for decoding. Audio is not sent again, so
// that nothing is worth waiting for but packets out of order.
constexpr Duration kMaxAudioWait = std::chrono::milliseconds(100);
constexpr Duration kMaxVideoWait = std::chrono::milliseconds(200);
static_assert(kMaxVideoWait < frame::kMixLatency);

std::size_t indexOf(rtp::MediaKind kind) { return static_cast<std::size_t>(kind); }

frame::PortNumber numberOf(const core::HubPort& port) { return frame::PortNumber(port.number()); }

}  // namespace

// What is linked into a port, of one kind, while it is wanted.
struct MixingHub::Input {
  net::OutletPtr source;
  std::shared_ptr<frame::TrackFeed> feed;
  std::unique_ptr<TrackInput> track;  // None: what the source sends has failed too often.
  frame::FailureBudget failures;
};

struct MixingHub::Port {
  Port(ElementServices& services, const Loop& home) : outlets(services, home) {}

  EncodedOutlets outlets;
  std::array<Input, 2> inputs;           // By kind.
  std::unique_ptr<net::DataMixer> data;  // From the first who asks for it.
};

MixingHub::MixingHub(model::ObjectContext context, ElementServices& services, Plan plan)
    : Hub(std::move(context)), services_(services), plan_(std::move(plan)) {}

MixingHub::~MixingHub() = default;

frame::MixerChain& MixingHub::chain() {
  if (!chain_) {
    const std::shared_ptr<frame::MixerObserver> observer(shared_from_this(), this);
    chain_ = std::make_unique<frame::MixerChain>(
        loop(), services_.frameThreads(),
        frame::MixerChain::Settings{.framerate = plan_.framerate,
                                    .layout = plan_.layout,
                                    .hearing = plan_.hearing,
                                    .bitrates = bitrates_},
        observer);
  }
  return *chain_;
}

MixingHub::Port& MixingHub::stateOf(core::HubPort& port) {
  auto& state = states_[&port];
  if (!state) state = std::make_unique<Port>(services_, loop());
  return *state;
}

core::HubPort* MixingHub::portNumbered(frame::PortNumber number) const {
  const auto found = std::ranges::find_if(
      ports(), [&](const core::HubPort* port) { return numberOf(*port) == number; });
  return found == ports().end() ? nullptr : *found;
}

void MixingHub::setLayout(frame::Layout layout) {
  plan_.layout = std::move(layout);
  if (chain_) chain_->setLayout(plan_.layout);
}

void MixingHub::setHearing(frame::Hearing hearing) {
  plan_.hearing = std::move(hearing);
  if (chain_) chain_->setHearing(plan_.hearing);
}

// ---- Outputs ----

net::OutletPtr MixingHub::outputOf(core::HubPort& port, api::MediaType type,
                                   const core::AcceptedFormats& accepted) {
  const auto kind = kindOf(type);
  if (!kind || (*kind == rtp::MediaKind::Video && !plan_.mixes_video))
    return Hub::outputOf(port, type, accepted);
  if (accepted.empty() || isClosed()) return nullptr;
  const frame::EncoderBitrates bitrates = encoderBitratesOf(port);
  if (std::exchange(bitrates_, bitrates) != bitrates && chain_) chain_->setBitrates(bitrates);
  auto outlet = stateOf(port).outlets.find(*kind, accepted, [&](auto inlet, auto formats) {
    return chain().makeProducer(numberOf(port), std::move(inlet), std::move(formats));
  });
  if (!outlet)
    MS_LOG(category, Warning, port.id() << ": too many kinds of viewers; one more gets nothing");
  return outlet;
}

void MixingHub::onFlow(frame::PortNumber number, rtp::MediaKind kind) {
  if (core::HubPort* const port = portNumbered(number))
    port->onMade(typeOf(kind), api::MediaFlowState::Flowing);
}

void MixingHub::onFlowEnd(frame::PortNumber number, rtp::MediaKind kind) {
  if (core::HubPort* const port = portNumbered(number))
    port->onMade(typeOf(kind), api::MediaFlowState::NotFlowing);
}

// ---- Inputs ----

void MixingHub::onWanted(rtp::MediaKind kind, const std::shared_ptr<frame::TrackOrigin>& origin) {
  wanted_[indexOf(kind)] = origin;
  for (core::HubPort* port : std::vector(ports())) updateInput(*port, kind);
}

void MixingHub::onUnwanted(rtp::MediaKind kind) {
  wanted_[indexOf(kind)] = nullptr;
  for (const auto& [port, state] : states_) endInput(*state, kind);
}

void MixingHub::onInputChanged(core::HubPort& port, api::MediaType type) {
  if (const auto kind = kindOf(type)) return updateInput(port, *kind);
  updateData();
}

void MixingHub::updateInput(core::HubPort& port, rtp::MediaKind kind) {
  const auto& origin = wanted_[indexOf(kind)];
  if (!origin || isClosed()) return;
  Port& state = stateOf(port);
  Input& input = state.inputs[indexOf(kind)];
  auto source = port.input(typeOf(kind), frame::decodableFormats(kind));
  if (source == input.source) return;
  if (!source) return endInput(state, kind);
  input.source = std::move(source);
  input.failures = {};
  if (!input.track) takeInput(port, kind);
  input.track->setSource(input.source);
}

void MixingHub::takeInput(core::HubPort& port, rtp::MediaKind kind) {
  Input& input = stateOf(port).inputs[indexOf(kind)];
  input.feed = std::make_shared<frame::TrackFeed>(wanted_[indexOf(kind)]);
  input.track = std::make_unique<TrackInput>(
      net::WorkerLease(input.source->worker()), services_.clock(),
      TrackInput::Plan{
          .settings = {.kind = kind,
                       .max_wait = kind == rtp::MediaKind::Audio ? kMaxAudioWait : kMaxVideoWait},
          .feed = input.feed,
          .on_format = chain().addInput(numberOf(port), kind, input.feed)});
  input.track->start();
}

void MixingHub::stopInput(Input& input) {
  if (!input.track) return;
  input.track.reset();
  if (chain_) chain_->removeInput(input.feed);
}

void MixingHub::endInput(Port& port, rtp::MediaKind kind) {
  Input& input = port.inputs[indexOf(kind)];
  stopInput(input);
  input = {};
}

// Once more from the beginning, that is from the next key frame; too often, and it stays out until
// something else is linked into the port.
void MixingHub::onInputError(const std::shared_ptr<frame::TrackFeed>& feed,
                             const frame::MediaError& error) {
  for (const auto& [port, state] : states_)
    for (const rtp::MediaKind kind : kMediaKinds) {
      Input& input = state->inputs[indexOf(kind)];
      if (!input.track || input.feed != feed) continue;
      stopInput(input);
      if (!input.failures.mayTryAgain(Loop::now())) return onError(error);
      takeInput(*port, kind);
      return input.track->setSource(input.source);
    }
}

// ---- Data ----

net::DataOutletPtr MixingHub::dataOutputOf(core::HubPort& port) {
  if (!plan_.passes_data || isClosed()) return nullptr;
  Port& state = stateOf(port);
  if (!state.data) {
    state.data = std::make_unique<net::DataMixer>(services_.sctp());
    updateData(port);
  }
  return state.data->outlet();
}

void MixingHub::updateData(core::HubPort& listener) {
  std::vector<net::DataOutletPtr> heard;
  for (core::HubPort* port : ports())
    if (auto input = port == &listener ? nullptr : port->dataInput())
      heard.push_back(std::move(input));
  stateOf(listener).data->setSources(std::move(heard));
}

void MixingHub::updateData() {
  for (core::HubPort* port : std::vector(ports()))
    if (const auto state = states_.find(port); state != states_.end() && state->second->data)
      updateData(*port);
}

void MixingHub::drawChain(core::OnDrawn done) {
  if (!chain_) return done({});
  chain_->dot(std::move(done));
}

// ---- Its end ----

void MixingHub::onError(const frame::MediaError& error) {
  raiseError(error.description, error.code, error.type);
}

void MixingHub::onPortRemoved(core::HubPort& port) {
  updateData();
  const auto found = states_.find(&port);
  if (found == states_.end()) return;
  for (const rtp::MediaKind kind : kMediaKinds) endInput(*found->second, kind);
  states_.erase(found);
  if (chain_) chain_->removePort(numberOf(port));
}

void MixingHub::onClose() {
  Hub::onClose();
  states_.clear();
  chain_.reset();
}

}  // namespace ms::elements
