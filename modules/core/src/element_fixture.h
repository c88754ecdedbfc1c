// For tests of elements: a worker, a pipeline on it, a record of the events, and an element whose
// media is made up. Everything is called on the loop through run().
#pragma once

#include <gtest/gtest.h>
#include <json/value.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "modules/core/src/media_element.h"
#include "modules/core/src/media_pipeline.h"
#include "server/model/descriptor.h"
#include "server/model/object_tree.h"
#include "server/net/outlet.h"
#include "server/packet/peer/media.h"

namespace ms::core {

class FakeSource final : public peer::MediaSource {
 public:
  rtp::MediaKind kind() const override { return rtp::MediaKind::Video; }
  std::optional<peer::CodecFormat> format() const override { return std::nullopt; }
  void addSink(peer::MediaSink&, Timestamp) override {}
  void removeSink(peer::MediaSink&) override {}
  void requestKeyFrame(std::uint8_t, Timestamp) override { ++key_frame_requests; }
  peer::SourceLayers layers(Timestamp) const override { return {}; }
  void setReceiverEstimate(peer::MediaSink&, Bitrate, Timestamp) override {}

  int key_frame_requests = 0;
};

// Produces `own` video, and notes what arrives at its sink.
class FakeEndpoint final : public MediaElement {
 public:
  using MediaElement::MediaElement;
  using MediaElement::setFlowOut;
  using MediaElement::tellDownstream;

  net::OutletPtr mediaSource(api::MediaType type, const AcceptedFormats&) override {
    return type == api::MediaType::Video ? own : nullptr;
  }
  void onUpstreamChanged(api::MediaType type) override {
    if (type == api::MediaType::Video) arriving = upstreamSource(type);
  }

  void drawChains(OnDrawn done) override { done(chains); }

  net::OutletPtr own;
  net::OutletPtr arriving;
  std::string chains;
};

class RecordedEvents final : public model::EventSink {
 public:
  void onEvent(const std::string& object_id, std::string_view type, Json::Value data) override;

  struct Event {
    std::string object_id;
    std::string type;
    Json::Value data;
  };
  std::vector<std::string> types() const;
  std::size_t count(std::string_view type) const;

  std::vector<Event> list;
};

class ElementTest : public testing::Test {
 protected:
  ElementTest() : ElementTest(nullptr) {}
  // On a worker that somebody else owns, or with null on one of its own.
  explicit ElementTest(net::Worker* worker);
  ~ElementTest() override;

  void run(const std::function<void()>& work);

  template <class Element, class... Arguments>
  std::shared_ptr<Element> make(const model::ClassDescriptor& descriptor, model::ObjectPtr parent,
                                Arguments&&... arguments) {
    auto element = std::make_shared<Element>(context(descriptor, std::move(parent)),
                                             std::forward<Arguments>(arguments)...);
    model::ObjectTree::attach(element);
    return element;
  }
  std::shared_ptr<FakeEndpoint> makeEndpoint() {
    return make<FakeEndpoint>(api::kMediaElementClass, pipeline_);
  }
  std::shared_ptr<MediaPipeline> makePipeline() {
    return make<MediaPipeline>(api::kMediaPipelineClass, nullptr);
  }
  net::OutletPtr makeOutlet() {
    return std::make_shared<net::Outlet>(worker_, rtp::MediaKind::Video);
  }
  model::ObjectContext context(const model::ClassDescriptor& descriptor, model::ObjectPtr parent);

  std::unique_ptr<net::Worker> own_worker_;
  net::Worker& worker_;
  Loop& loop_;
  RecordedEvents events_;
  std::unique_ptr<Json::Value> config_;
  std::shared_ptr<MediaPipeline> pipeline_;

 private:
  int next_id_ = 0;
};

inline void RecordedEvents::onEvent(const std::string& object_id, std::string_view type,
                                    Json::Value data) {
  list.push_back({object_id, std::string(type), std::move(data)});
}

inline std::vector<std::string> RecordedEvents::types() const {
  std::vector<std::string> names;
  for (const Event& event : list) names.push_back(event.type);
  return names;
}

inline std::size_t RecordedEvents::count(std::string_view type) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(list, [&](const Event& event) { return event.type == type; }));
}

inline ElementTest::ElementTest(net::Worker* worker)
    : own_worker_(worker ? nullptr : std::make_unique<net::Worker>("test")),
      worker_(worker ? *worker : *own_worker_),
      loop_(worker_.loop()),
      config_(std::make_unique<Json::Value>()) {
  run([&] { pipeline_ = makePipeline(); });
}

inline ElementTest::~ElementTest() {
  run([&] { pipeline_.reset(); });
}

inline void ElementTest::run(const std::function<void()>& work) {
  loop_.runAndWait([&] { work(); });
}

inline model::ObjectContext ElementTest::context(const model::ClassDescriptor& descriptor,
                                                 model::ObjectPtr parent) {
  const std::string place = parent ? parent->id() + "/" : "";
  return {place + std::to_string(next_id_++) + "_" + std::string(descriptor.qualified_name),
          descriptor,
          std::move(parent),
          loop_,
          events_,
          *config_};
}

}  // namespace ms::core
