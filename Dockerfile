# Saka as a container: `docker build -t saka .`. One image for every role; ROLE or the command says which.
FROM node:22-bookworm AS build
WORKDIR /saka
# First what changes seldom: the packages are installed again only when they change.
COPY package.json package-lock.json ./
COPY src/prepare.mjs src/
RUN node src/prepare.mjs install
COPY . .
RUN node src/prepare.mjs build && npm prune --omit=dev

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 DATABASE_URL=file:/data/saka.db DATA_FOLDER=/data
WORKDIR /saka
COPY --from=build /saka/package.json /saka/LICENSE ./
COPY --from=build /saka/node_modules node_modules
COPY --from=build /saka/drizzle drizzle
COPY --from=build /saka/src src
COPY --from=build /saka/dist dist
# All that is ever written to: the root file system may be read-only.
RUN mkdir /data /backups && chown node:node /data /backups
VOLUME ["/data", "/backups"]
USER node
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["serve"]
