# One image for every service: `docker run marft serve router`, `… serve trainer`, and so on. See docker-compose.yml.
FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /source
COPY . .
RUN mvn -q -B -DskipTests package

FROM eclipse-temurin:17-jre
RUN useradd --create-home --home-dir /var/lib/marft marft
WORKDIR /opt/marft
COPY --from=build /source/marft /source/LICENSE /source/NOTICE /source/ops/cli/target/marft-sbom.json ./
COPY --from=build /source/models ./models
COPY --from=build /source/teams ./teams
COPY --from=build /source/training ./training
COPY --from=build /source/ops/cli/target/services ./ops/cli/target/lib
# Short commands start from an archive of their classes, which no later container could write.
RUN ./marft --version
USER marft
ENV DJL_CACHE_DIR=/var/lib/marft/djl
ENTRYPOINT ["/opt/marft/marft"]
