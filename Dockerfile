# Saka as a container: `docker build -t saka .`. One image for every role; ROLE or the command says which.
FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 DATABASE_URL=file:/data/saka.db DATA_FOLDER=/data NODE_COMPILE_CACHE=/saka/.compiled
WORKDIR /saka
# First what changes seldom: the packages are installed again only when they change. None of them needs a compiler.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY LICENSE ./
COPY drizzle drizzle
COPY jobs jobs
COPY src src
# Node.js strips the types of the sources as it reads them; what it makes of them is kept, so that a start need not do it again.
RUN node src/main.ts help > /dev/null
# All that is ever written to: the root file system may be read-only.
RUN mkdir /data /backups && chown node:node /data /backups
VOLUME ["/data", "/backups"]
USER node
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "src/main.ts"]
CMD ["serve"]
