# Every dependency, from Debian 12. The list of packages is .ci/packages/build.txt.

find_package(Threads REQUIRED)
find_package(OpenMP REQUIRED)  # before faiss, whose targets file names it without finding it
find_package(absl CONFIG REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(faiss CONFIG REQUIRED)
find_package(Eigen3 CONFIG REQUIRED)
find_package(GTest CONFIG REQUIRED)
find_package(yaml-cpp CONFIG REQUIRED)  # for tests/deploy
if(MI_BENCHMARKS)
  find_package(benchmark CONFIG REQUIRED)
endif()

find_library(MI_CSV csv REQUIRED)
find_library(MI_LEMON liblemon.a REQUIRED)
