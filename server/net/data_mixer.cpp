#include "server/net/data_mixer.h"

#include <utility>

namespace ms::net {

struct DataMixer::Hosted {
  explicit Hosted(DataOutletPtr of_mix) : outlet(std::move(of_mix)) { outlet->open(mix); }
  ~Hosted() { outlet->close(); }

  const DataOutletPtr outlet;
  sctp::DataMix mix;
};

DataMixer::DataMixer(SctpLoop& sctp)
    : outlet_(std::make_shared<DataOutlet>(sctp.loop())),
      hosted_(sctp.loop(), [outlet = outlet_] { return std::make_unique<Hosted>(outlet); }) {}

DataMixer::~DataMixer() = default;

void DataMixer::setSources(std::vector<DataOutletPtr> sources) {
  hosted_.call([sources = std::move(sources)](Hosted& hosted) {
    std::vector<sctp::DataSource*> open;
    for (const DataOutletPtr& outlet : sources)
      if (sctp::DataSource* const source = outlet->source()) open.push_back(source);
    hosted.mix.setSources(open);
  });
}

}  // namespace ms::net
