# syntax=docker/dockerfile:1
#   docker build -t framewatch .                        CPU
#   docker build -t framewatch:gpu --target gpu .       NVIDIA, through TensorFlow (unverified: docs/gpu.md)
# The set-up script is the same as everywhere: demo, tests and CI run it too.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts ./scripts
RUN node scripts/setup.mjs --for run --no-gpu --no-build
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN node scripts/build.mjs

FROM build AS modules
RUN npm prune --omit=dev

FROM build AS modules-gpu
RUN npm prune --omit=dev && npm install --no-save --omit=dev @tensorflow/tfjs-node-gpu@4.22.0

# libtensorflow 2.9, which tfjs-node-gpu 4.22 loads, wants CUDA 11 and cuDNN 8.
FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04 AS gpu
COPY --from=build /usr/local/bin/node /usr/local/bin/node
RUN apt-get update \
 && apt-get install -y --no-install-recommends ffmpeg tini ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/framewatch --create-home framewatch
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=modules-gpu /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY models ./models
ENV NODE_ENV=production STATE_DIRECTORY=/var/lib/framewatch
USER framewatch
VOLUME /var/lib/framewatch
EXPOSE 8787
HEALTHCHECK --interval=15s --timeout=5s --start-period=180s --retries=4 \
  CMD ["node", "-e", "fetch(process.env.FRAMEWATCH_HEALTH_URL ?? 'http://127.0.0.1:8787/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "node", "/app/dist/cli/main.js"]
CMD ["run", "--config", "/etc/framewatch/framewatch.yaml"]

FROM node:20-bookworm-slim AS cpu
# The distribution's ffmpeg: patched by its security team, unlike a bundled one.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ffmpeg tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/framewatch --create-home framewatch
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=modules /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY models ./models
ENV NODE_ENV=production STATE_DIRECTORY=/var/lib/framewatch
USER framewatch
VOLUME /var/lib/framewatch
EXPOSE 8787
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=4 \
  CMD ["node", "-e", "fetch(process.env.FRAMEWATCH_HEALTH_URL ?? 'http://127.0.0.1:8787/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "node", "/app/dist/cli/main.js"]
CMD ["run", "--config", "/etc/framewatch/framewatch.yaml"]
