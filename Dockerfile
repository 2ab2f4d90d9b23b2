# syntax=docker/dockerfile:1
FROM node:26-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY bin/with-deps bin/with-deps
RUN sh bin/with-deps true
COPY . .
# `include`: with the client libraries of the outputs s3, cloudwatch_logs and kafka2.
ARG CLIENTS=omit
RUN image/assemble /out "$CLIENTS"

# The agent without the journal reader: the smallest image.
FROM node:26-bookworm-slim AS slim
# npm and yarn are no part of a running agent; less to scan, less to exploit.
RUN rm -rf /usr/local/lib/node_modules /opt/yarn* /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn*
COPY --from=build /out/ /
ENV NODE_ENV=production \
    LANG=C.UTF-8
# V8's code cache of what a node loads, for both users that the manifests know: half of a start's CPU time.
RUN cache=/usr/local/lib/sluice/node_modules/.cache/sluice && mkdir -p -m 777 "$cache" && export FLUENT_ELASTICSEARCH_HOST=none && \
    for uid in 0 65532; do setpriv --reuid "$uid" --regid 0 --clear-groups sluice -q --dry-run -c /fluentd/etc/fluent.conf; done && chmod -R go-w "$cache"
EXPOSE 24231
# Reads root's log files through group 0; the manifests run it as uid 0 with DAC_READ_SEARCH alone where state lies in /var/log.
USER 65532:0
ENTRYPOINT ["sluice"]

# With journalctl for `@type systemd`.
FROM slim
USER 0:0
RUN apt-get update && apt-get install -y --no-install-recommends systemd && rm -rf /var/lib/apt/lists/*
USER 65532:0
