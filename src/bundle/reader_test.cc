#include <gtest/gtest.h>

#include "bundle/example_for_tests.h"

namespace lynxbench::bundle {
namespace {

TEST(BundleReader, ASealedBundleComesBackWhole) {
  TempFolder temp;
  ASSERT_TRUE(seal_example(temp / "b", example_run(), example_manifest()).ok());
  Result<Bundle> bundle = read(temp / "b");
  ASSERT_TRUE(bundle.ok()) << bundle.error().text();
  EXPECT_TRUE(bundle->manifest.complete);
  EXPECT_EQ(bundle->manifest.files.size(), 7u);
  EXPECT_EQ(bundle->contract_yaml, "lynxbench: 1\nname: example\n");
  EXPECT_EQ(bundle->contract.name, "example");
  EXPECT_EQ(bundle->executor.layers[0].owner, "ML research");
  EXPECT_EQ(bundle->figures.figures.at("capacity").value, 12.5);
  EXPECT_EQ(described(bundle->run), described(example_run()));
}

TEST(BundleReader, ReadingASealedBundleTouchesNothing) {
  TempFolder temp;
  ASSERT_TRUE(seal_example(temp / "b", example_run(), example_manifest()).ok());
  auto before = contents(temp / "b");
  auto folder_time = fs::last_write_time(temp / "b");
  auto file_time = fs::last_write_time(temp / "b/raw.sqlite");
  ASSERT_TRUE(read(temp / "b").ok());
  ASSERT_TRUE(check(temp / "b")->intact);
  EXPECT_EQ(contents(temp / "b"), before);
  EXPECT_EQ(fs::last_write_time(temp / "b"), folder_time);
  EXPECT_EQ(fs::last_write_time(temp / "b/raw.sqlite"), file_time);
}

TEST(BundleReader, NamesWithCharactersOfUrisAreRead) {
  TempFolder temp;
  for (const char* name : {"100%", "a?immutable=0", "b#c", "d e", "%41", "ü"}) {
    ASSERT_TRUE(seal_example(temp / name, example_run(), example_manifest()).ok()) << name;
    EXPECT_TRUE(read(temp / name).ok()) << name;
  }
}

// A bundle as a kill leaves it: its files are copied while the Writer still holds them open.
void copy_open_bundle(const fs::path& from, const fs::path& to) {
  fs::copy(from, to, fs::copy_options::recursive);
  ASSERT_TRUE(is_there(to / "raw.sqlite-wal"));
}

TEST(BundleReader, AKilledBundleGivesWhatWasCommittedAndItsLogStaysAsItWas) {
  TempFolder temp;
  RunRecord run = example_run();
  {
    Writer writer = Writer::create(temp / "open", run.epoch_wall_ns).value();
    ASSERT_TRUE(write_run(writer, run).ok());
    ASSERT_TRUE(writer.write_text("contract.yaml", "text").ok());
    copy_open_bundle(temp / "open", temp / "killed");
  }
  auto before = contents(temp / "killed");
  Result<Bundle> bundle = read(temp / "killed");
  ASSERT_TRUE(bundle.ok()) << bundle.error().text();
  EXPECT_EQ(contents(temp / "killed"), before);
  EXPECT_FALSE(bundle->manifest.complete);
  EXPECT_EQ(bundle->manifest.incomplete_reason, "was killed: no manifest");
  EXPECT_EQ(bundle->contract_yaml, "text");
  EXPECT_EQ(bundle->contract.name, "");
  run.complete = false;
  run.incomplete_reason = "was killed: no manifest";
  EXPECT_EQ(described(bundle->run), described(run));
}

TEST(BundleReader, AWriterThatGoesAwayLeavesAnIncompleteBundleWithoutALog) {
  TempFolder temp;
  RunRecord run = example_run();
  run.ceilings.reset();
  {
    Writer writer = Writer::create(temp / "b", run.epoch_wall_ns).value();
    ASSERT_TRUE(write_run(writer, run).ok());
  }
  EXPECT_EQ(list_files(temp / "b")->size(), 2u);  // raw.sqlite and the profile
  RunRecord again = *read_raw(temp / "b");
  EXPECT_FALSE(again.complete);
  EXPECT_EQ(again.ceilings_missing, "the run ended before they were measured");
  EXPECT_EQ(again.phases.size(), 3u);
}

TEST(BundleReader, AnInterruptedBundleSaysWhy) {
  TempFolder temp;
  Manifest manifest = example_manifest();
  manifest.complete = false;
  manifest.incomplete_reason = "stopped by the user";
  ASSERT_TRUE(seal_example(temp / "b", example_run(), manifest).ok());
  Bundle bundle = *read(temp / "b");
  EXPECT_FALSE(bundle.run.complete);
  EXPECT_EQ(bundle.run.incomplete_reason, "stopped by the user");
  EXPECT_EQ(bundle.manifest.incomplete_reason, "stopped by the user");
}

TEST(BundleReader, AManifestThatTheSealDoesNotCoverDoesNotCountAsComplete) {
  TempFolder temp;
  ASSERT_TRUE(seal_example(temp / "b", example_run(), example_manifest()).ok());
  fs::remove(temp / "b/SEAL");
  EXPECT_FALSE(read_raw(temp / "b")->complete);
  EXPECT_FALSE(read(temp / "b")->manifest.complete);
  overwrite(temp / "b/SEAL", seal_text(sha256_hex("another")));
  EXPECT_FALSE(read_raw(temp / "b")->complete);
  EXPECT_FALSE(check(temp / "b")->complete);
}

TEST(BundleReader, APartThatCannotBeReadIsNamed) {
  for (const char* name : {"contract.json", "executor.json", "figures.json", "ceilings.json",
                           "raw.sqlite", "manifest.json"}) {
    for (const char* content : {"", "{", "[]", "{\"format\": 99}", "\x00\x01\xff"}) {
      TempFolder temp;
      ASSERT_TRUE(seal_example(temp / "b", example_run(), example_manifest()).ok());
      overwrite(temp / "b" / name, content);
      Result<Bundle> bundle = read(temp / "b");
      ASSERT_FALSE(bundle.ok()) << name << content;
      EXPECT_EQ(bundle.error().code, ErrorCode::kInvalidInput) << bundle.error().text();
      EXPECT_NE(bundle.error().text().find(name), std::string::npos) << bundle.error().text();
    }
  }
}

TEST(BundleReader, APartThatIsMissingFromACompleteBundleIsNamed) {
  for (const char* name :
       {"contract.yaml", "contract.json", "executor.json", "figures.json", "raw.sqlite"}) {
    TempFolder temp;
    ASSERT_TRUE(seal_example(temp / "b", example_run(), example_manifest()).ok());
    fs::remove(temp / "b" / name);
    Result<Bundle> bundle = read(temp / "b");
    ASSERT_FALSE(bundle.ok()) << name;
    EXPECT_NE(bundle.error().text().find(name), std::string::npos) << bundle.error().text();
  }
}

TEST(BundleReader, WithoutAFolderThereIsNoBundle) {
  TempFolder temp;
  EXPECT_EQ(read(temp / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_raw(temp / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(check(temp / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(digest(temp / "none").error().code, ErrorCode::kNotFound);
}

TEST(BundleReader, TheDigestNamesTheManifest) {
  TempFolder temp;
  ASSERT_TRUE(seal_example(temp / "b", example_run(), example_manifest()).ok());
  std::string of_manifest = sha256_hex(*read_file(temp / "b/manifest.json"));
  EXPECT_EQ(*digest(temp / "b"), of_manifest);
  EXPECT_EQ(*read_file(temp / "b/SEAL"), "sha256:" + of_manifest + "\n");
}

// Sealed by lynxbench 0.1.0 before there were targets on the network.
TEST(BundleReader, ABundleOfVersion1IsIntactAndRead) {
  fs::path folder = fs::path(LYNXBENCH_SOURCE_DIR) / "tests/data/bundle/version-1";
  CheckResult checked = check(folder).value();
  EXPECT_TRUE(checked.intact && checked.complete);
  Result<Bundle> bundle = read(folder);
  ASSERT_TRUE(bundle.ok()) << bundle.error().text();
  ASSERT_EQ(bundle->run.phases.size(), 4u);
  EXPECT_EQ(bundle->run.phases[1].requests.size(), 20u);
  EXPECT_EQ(bundle->run.phases[1].arrival, Arrival::kConstant);
  EXPECT_TRUE(bundle->run.phases[1].requests[0].stages.has_value());
  EXPECT_FALSE(bundle->run.phases[1].requests[0].exchange.has_value());
  EXPECT_FALSE(bundle->run.phases[1].audit.has_value());
  EXPECT_EQ(bundle->contract.target.endpoint.timeout, EndpointSpec{}.timeout);
}

}  // namespace
}  // namespace lynxbench::bundle
