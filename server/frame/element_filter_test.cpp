#include "server/frame/element_filter.h"

#include <gtest/gtest.h>

namespace ms::frame {
namespace {

using rtp::MediaKind;

ElementFilter filterOf(const std::string& command) {
  return {.command = command, .properties = {}};
}

TEST(ElementFilter, KnowsTheElementThatACommandNames) {
  for (const char* command :
       {"videoflip", " videoflip  method=4 ", "videoflip\tmethod=\"horizontal flip\" name=a",
        "videoflip x='a \" b'", "videoflip x=\"a \\\" b\""})
    EXPECT_EQ(elementNameOf(command), "videoflip") << command;
}

TEST(ElementFilter, TakesNothingThatIsMoreThanOneElement) {
  for (const char* command :
       {"", "  ", "videoflip ! videoflip", "videoflip filesrc", "( videoflip )",
        "bin.( videoflip )", "videoflip. ! filesrc", "video/x-raw",
        "videoflip method=4\" filesrc location=/etc/hosts \"", "videoflip x=\"a\"b",
        "videoflip x=\"a", "\"videoflip\"", "videoflip a.b=c", "videoflip =4", "file:///etc/hosts"})
    EXPECT_EQ(elementNameOf(command), std::nullopt) << command;
}

TEST(ElementFilter, KnowsWhatAnElementWorksOn) {
  EXPECT_EQ(tryFilter(filterOf("videoflip method=4")), MediaKind::Video);
  EXPECT_EQ(tryFilter(filterOf("audioecho delay=100000000 intensity=0.5")), MediaKind::Audio);
}

TEST(ElementFilter, TellsWhatIsWrongInGStreamersWords) {
  const auto whyNot = [](const std::string& command) {
    return tryFilter(filterOf(command)).error();
  };
  EXPECT_EQ(whyNot("nope"), "GStreamer element cannot be created: no element \"nope\"");
  EXPECT_EQ(whyNot("videoflip bogus=1"),
            "GStreamer element cannot be created: no property \"bogus\" in element \"videoflip\"");
  EXPECT_EQ(whyNot("videoflip method=bogus"),
            "GStreamer element cannot be created: could not set property \"method\" in element "
            "\"videoflip\" to \"bogus\"");
  for (const char* command : {"videotestsrc", "fakesink", "vp8enc"})
    EXPECT_EQ(whyNot(command), "Given command is not valid, pad templates don't match");
}

TEST(ElementFilter, PropertiesOfEachTypeAreSetByText) {
  const ElementFilter box = filterOf("videobox name=o"), balance = filterOf("videobalance");
  EXPECT_TRUE(tryProperty(box, {"name", "a word, \"quoted\""}));
  EXPECT_TRUE(tryProperty(box, {"autocrop", "true"}));
  EXPECT_TRUE(tryProperty(box, {"fill", "green"}));
  EXPECT_TRUE(tryProperty(box, {"left", "-40"}));
  EXPECT_TRUE(tryProperty(balance, {"saturation", "0.5"}));
  EXPECT_EQ(tryProperty(box, {"nope", "1"}).error(), "No property named 'nope' in object 'o'");
  EXPECT_EQ(tryProperty(box, {"fill", "sideways"}).error(),
            "Cannot convert 'sideways' to enum: property 'fill'");
  EXPECT_FALSE(tryProperty(box, {"left", "far"}));
  EXPECT_FALSE(tryProperty(balance, {"saturation", "17"})) << "out of its range";
}

TEST(ElementFilter, AnElementHasThePropertiesOfItsCommand) {
  startGStreamer();
  const auto flip = makeElement(filterOf("videoflip method=horizontal-flip"));
  gint method = 0;
  g_object_get(flip->get(), "method", &method, nullptr);
  EXPECT_EQ(method, 4) << "horizontal-flip";
  const auto balance = makeElement(filterOf("videobalance name='a b' hue=\"0.5\""));
  gdouble hue = 0;
  g_object_get(balance->get(), "hue", &hue, nullptr);
  EXPECT_EQ(hue, 0.5);
  const GstPtr<gchar> name(gst_object_get_name(GST_OBJECT(balance->get())));
  EXPECT_STREQ(name.get(), "a b");
}

TEST(ElementFilter, KeepsTheLastValueOfAProperty) {
  ElementFilter filter = filterOf("videobalance");
  filter.set({"hue", "0.1"});
  filter.set({"saturation", "0.5"});
  filter.set({"hue", "0.2"});
  ASSERT_EQ(filter.properties.size(), 2u);
  EXPECT_EQ(filter.properties.back().value, "0.2");
}

}  // namespace
}  // namespace ms::frame
