#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/random.h"
#include "bundle/example_for_tests.h"

namespace lynxbench::bundle {
namespace {

bool names(const std::vector<std::string>& problems, const std::string& file) {
  for (const std::string& problem : problems) {
    if (problem.starts_with(file + ":")) return true;
  }
  return false;
}

std::string all(const std::vector<std::string>& problems) {
  return fmt::format("{}", fmt::join(problems, "\n"));
}

class BundleCheck : public ::testing::Test {
 protected:
  void SetUp() override {
    Status sealed = seal_example(folder(), example_run(), example_manifest());
    ASSERT_TRUE(sealed.ok()) << sealed.error().text();
  }
  fs::path folder() const { return temp_ / "b"; }
  CheckResult checked() const { return check(folder()).value(); }

  // The problem is found, and its file named.
  void expect_problem(const std::string& file) const {
    CheckResult result = checked();
    EXPECT_FALSE(result.intact);
    EXPECT_TRUE(names(result.problems, file)) << file << " not in:\n" << all(result.problems);
  }

  // Seals whatever manifest there is: what a forger would do.
  void reseal(const Json& manifest) const {
    std::string text = pretty_text(manifest);
    overwrite(folder() / "manifest.json", text);
    overwrite(folder() / "SEAL", seal_text(sha256_hex(text)));
  }
  Json manifest() const {
    return parse_json(read_file(folder() / "manifest.json").value(), "m").value();
  }

  TempFolder temp_;
};

TEST_F(BundleCheck, ASealedBundleIsIntactAndComplete) {
  CheckResult result = checked();
  EXPECT_TRUE(result.intact);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(all(result.problems), "");
  ASSERT_TRUE(result.manifest.has_value());
  EXPECT_EQ(result.manifest->files.size(), 7u);
  EXPECT_EQ(result.manifest->files[0].path, "ceilings.json");
}

// R31: one byte changed anywhere is found.
TEST_F(BundleCheck, AThousandRandomBitFlipsAreAllFoundWithTheFileNamed) {
  std::map<std::string, std::string> files = contents(folder());
  std::vector<std::string> paths;
  for (const auto& [path, bytes] : files) paths.push_back(path);
  Random random(31, "flips");
  for (int i = 0; i < 1000; ++i) {
    const std::string& path = paths[random.below(paths.size())];
    std::string bytes = files[path];
    bytes[random.below(bytes.size())] ^= static_cast<char>(1 + random.below(255));
    overwrite(folder() / path, bytes);
    CheckResult result = checked();
    ASSERT_FALSE(result.intact) << path;
    // A seal and a manifest that do not belong together: either may be the changed one.
    bool manifest_by_seal = path == "manifest.json" && names(result.problems, "SEAL");
    ASSERT_TRUE(names(result.problems, path) || manifest_by_seal) << path << "\n"
                                                                  << all(result.problems);
    if (manifest_by_seal) {
      ASSERT_NE(all(result.problems).find("manifest.json"), std::string::npos);
    }
    if (path == "manifest.json" || path == "SEAL") {
      ASSERT_FALSE(result.complete);
    }
    overwrite(folder() / path, files[path]);
  }
  EXPECT_TRUE(checked().intact);
}

TEST_F(BundleCheck, EveryByteOfTheSealMatters) {
  std::string seal = read_file(folder() / "SEAL").value();
  ASSERT_EQ(seal.size(), 72u);
  for (std::size_t i = 0; i < seal.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = seal;
      changed[i] ^= static_cast<char>(1 << bit);
      overwrite(folder() / "SEAL", changed);
      ASSERT_FALSE(checked().intact) << i << " " << bit;
    }
  }
  std::string upper = seal;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (const std::string& other :
       {upper, seal + "\n", seal.substr(0, 71), " " + seal, std::string()}) {
    overwrite(folder() / "SEAL", other);
    expect_problem("SEAL");
  }
}

TEST_F(BundleCheck, AFileThatIsMissingCutOrLongerIsNamed) {
  for (const auto& [path, bytes] : contents(folder())) {
    fs::remove(folder() / path);
    expect_problem(path);
    overwrite(folder() / path, bytes.substr(0, bytes.size() - 1));
    if (path != "manifest.json") expect_problem(path);
    EXPECT_FALSE(checked().intact);
    overwrite(folder() / path, bytes + " ");
    EXPECT_FALSE(checked().intact);
    overwrite(folder() / path, bytes);
  }
  EXPECT_TRUE(checked().intact);
}

TEST_F(BundleCheck, AFileThatWasAddedIsNamed) {
  for (const char* path : {"extra.txt", "profiles/0008.json", "raw.sqlite-wal", ".hidden"}) {
    overwrite(folder() / path, "x");
    expect_problem(path);
    fs::remove(folder() / path);
  }
}

TEST_F(BundleCheck, AFileWithAnotherNameIsMissingAndAdded) {
  fs::rename(folder() / "figures.json", folder() / "figures2.json");
  expect_problem("figures.json");
  expect_problem("figures2.json");
}

TEST_F(BundleCheck, LinksAreNotFollowed) {
  fs::copy_file(folder() / "figures.json", temp_ / "outside.json");
  fs::remove(folder() / "figures.json");
  fs::create_symlink(temp_ / "outside.json", folder() / "figures.json");
  expect_problem("figures.json");
  fs::rename(folder() / "profiles", temp_ / "profiles");
  fs::create_directory_symlink(temp_ / "profiles", folder() / "profiles");
  expect_problem("profiles/0007.json");
  expect_problem("profiles");
  fs::create_symlink("loop", folder() / "loop");
  expect_problem("loop");
}

TEST_F(BundleCheck, APipeInPlaceOfAFileIsNotWaitedFor) {
  for (const char* path : {"figures.json", "raw.sqlite", "manifest.json", "SEAL"}) {
    std::string bytes = read_file(folder() / path).value();
    fs::remove(folder() / path);
    ASSERT_EQ(::mkfifo((folder() / path).c_str(), 0600), 0);
    expect_problem(path);
    if (std::string(path) != "SEAL") {
      EXPECT_FALSE(read(folder()).ok());
    }
    fs::remove(folder() / path);
    overwrite(folder() / path, bytes);
  }
}

TEST_F(BundleCheck, AManifestNeverLeadsOutOfTheFolder) {
  std::string outside = "outside";
  overwrite(temp_ / "outside", outside);
  for (const char* path : {"../outside", "/etc/hostname", "profiles/../../outside", "", ".", "SEAL",
                           "manifest.json", "profiles//0007.json"}) {
    Json document = manifest();
    document["files"].push_back(
        {{"path", path}, {"bytes", outside.size()}, {"sha256", sha256_hex(outside)}});
    std::string before = read_file(folder() / "manifest.json").value();
    reseal(document);
    expect_problem("manifest.json");
    reseal(parse_json(before, "m").value());
  }
  EXPECT_TRUE(checked().intact);
}

TEST_F(BundleCheck, AFileThatIsListedTwiceIsNamed) {
  Json document = manifest();
  document["files"].push_back(document["files"][0]);
  reseal(document);
  expect_problem("manifest.json");
}

TEST_F(BundleCheck, ACompleteManifestListsEveryPart) {
  for (const char* name : {"contract.json", "raw.sqlite", "figures.json"}) {
    std::string bytes = read_file(folder() / name).value();
    Json document = manifest(), without = Json::array();
    for (const Json& entry : document["files"]) {
      if (entry["path"] != name) without.push_back(entry);
    }
    Json fewer = document;
    fewer["files"] = without;
    fs::remove(folder() / name);
    reseal(fewer);
    expect_problem("manifest.json");
    overwrite(folder() / name, bytes);
    reseal(document);
  }
  EXPECT_TRUE(checked().intact);
}

TEST_F(BundleCheck, AManifestThatIsNoneIsNamed) {
  for (const char* text : {"", "{}", "[]", "null", "{\"files\": 1}", "\xff", "[[[[[[[[", "1e999"}) {
    overwrite(folder() / "manifest.json", text);
    overwrite(folder() / "SEAL", seal_text(sha256_hex(text)));
    expect_problem("manifest.json");
    EXPECT_FALSE(checked().complete);
  }
}

TEST_F(BundleCheck, AFormatOfTheFutureIsRefused) {
  Json document = manifest();
  document["format"] = 2;
  reseal(document);
  expect_problem("manifest.json");
  EXPECT_FALSE(checked().complete);
}

TEST_F(BundleCheck, ModesAndTimesAreNoMatter) {
  fs::permissions(folder() / "figures.json", fs::perms::owner_all);
  fs::last_write_time(folder() / "raw.sqlite",
                      fs::file_time_type::clock::now() - std::chrono::hours(9));
  fs::copy(folder(), temp_ / "copy", fs::copy_options::recursive);
  EXPECT_TRUE(checked().intact);
  EXPECT_TRUE(check(temp_ / "copy")->intact);
}

// R32
TEST_F(BundleCheck, AnInterruptedRunIsIntactAndNotComplete) {
  Manifest manifest = example_manifest();
  manifest.complete = false;
  manifest.incomplete_reason = "stopped by the user in session 3";
  ASSERT_TRUE(seal_example(temp_ / "i", example_run(), manifest).ok());
  CheckResult result = check(temp_ / "i").value();
  EXPECT_TRUE(result.intact);
  EXPECT_FALSE(result.complete);
  EXPECT_NE(all(result.problems).find("stopped by the user in session 3"), std::string::npos);
}

TEST_F(BundleCheck, WithoutAManifestTheRunWasKilled) {
  fs::remove(folder() / "manifest.json");
  fs::remove(folder() / "SEAL");
  CheckResult result = checked();
  EXPECT_FALSE(result.intact);
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(all(result.problems), "manifest.json: is missing: the run was killed");
}

}  // namespace
}  // namespace lynxbench::bundle
