# The SDK compiles for any target, so it runs as what the building machine is.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
# CI judges warnings. Here a newer SDK's analyzer or a fresh advisory must not keep an operator from building.
# ReadyToRun (code compiled ahead) halves the time to start.
ARG OPTIONS="-p:TreatWarningsAsErrors=false -p:PublishReadyToRun=true"
WORKDIR /source

# The packages stay cached until a project file changes.
COPY global.json Directory.*.props ./
COPY src/Domain/*.csproj src/Domain/
COPY src/Application/*.csproj src/Application/
COPY src/Infrastructure/*.csproj src/Infrastructure/
COPY src/WebApi/*.csproj src/WebApi/
RUN dotnet restore src/WebApi --arch $TARGETARCH $OPTIONS

# The code style in .editorconfig is part of the build.
COPY .editorconfig ./
COPY src src
RUN dotnet publish src/WebApi --configuration Release --no-restore --arch $TARGETARCH --no-self-contained $OPTIONS \
    -p:UseAppHost=false --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# Root owns the program and an ordinary account runs it, so the service cannot change itself.
WORKDIR /app
COPY LICENSE NOTICE ./
COPY --from=build /app .
USER $APP_UID
ENV ASPNETCORE_HTTP_PORTS=8080
EXPOSE 8080
# No shell in between: signals reach the service. Run it with --init, as docker-compose.yml does: until .NET listens
# for SIGTERM (it waits for the database first), a process with the id 1 would ignore it.
ENTRYPOINT ["dotnet", "CleanWorkspace.WebApi.dll"]
# The program asks the service: the image needs no curl.
HEALTHCHECK --interval=5s --timeout=10s --start-period=60s CMD ["dotnet", "CleanWorkspace.WebApi.dll", "healthcheck"]
