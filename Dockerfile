# The image of mi-server: built on Debian 12, run on Debian 12 slim by an
# unprivileged user, with nothing but the program and its shared libraries.
# The lists of packages are those that people and CI use (.ci/packages).
#
#   docker build --tag mi-server --build-arg REVISION=$(git rev-parse --short=12 HEAD) .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges \
#     --volume mi-data:/data --publish 8080:8080 mi-server --insecure-single-tenant
#
# A release pins both bases by digest:
#   docker build --build-arg BUILD_BASE=debian@sha256:... --build-arg RUN_BASE=debian@sha256:... .

ARG BUILD_BASE=debian:12
ARG RUN_BASE=debian:12-slim

FROM ${BUILD_BASE} AS build
WORKDIR /src
# The packages change less often than the code: a layer of their own.
COPY .ci/install-packages .ci/install-packages
COPY .ci/packages .ci/packages
RUN .ci/install-packages build
COPY CMakeLists.txt CMakePresets.json ./
COPY .cmake .cmake
COPY proto proto
COPY engine engine
COPY server server
COPY clients/cpp clients/cpp
COPY tests tests
# For GetServerInfo and the metrics: the history is not in the context.
ARG REVISION=unknown
RUN cmake --preset release -DMI_BENCHMARKS=OFF -DMI_REVISION=${REVISION} \
 && cmake --build --preset release --target mi-server

FROM ${RUN_BASE}
COPY .ci/install-packages /tmp/ci/install-packages
COPY .ci/packages /tmp/ci/packages
# The folder of the data belongs to the user, and so does a volume made from it.
RUN /tmp/ci/install-packages runtime \
 && rm -rf /tmp/ci /var/lib/apt/lists /var/cache/apt \
 && install -d -o 65532 -g 65532 -m 0700 /data
COPY --from=build /src/build/release/bin/mi-server /usr/local/bin/mi-server

# One thread each: parallel work is the executors' business, and two pools
# would fight for the processors.
ENV OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1 \
    MI_DATA_DIR=/data \
    MI_LISTEN=0.0.0.0:8080 \
    MI_METRICS_LISTEN=0.0.0.0:9090
USER 65532:65532
# gRPC over HTTP/2 without TLS, and metrics over HTTP/1.
EXPOSE 8080 9090
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/mi-server"]
