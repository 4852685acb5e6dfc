# The SDK runs on the platform of the build machine and compiles for the target platform.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
# CI checks warnings. Here a warning of a newer SDK or a new advisory must not stop an operator's build.
# ReadyToRun compiles ahead of time and halves the start time.
ARG OPTIONS="-p:TreatWarningsAsErrors=false -p:PublishReadyToRun=true"
WORKDIR /source

# Docker caches the packages until a project file changes.
COPY global.json Directory.*.props ./
COPY src/Domain/*.csproj src/Domain/
COPY src/Application/*.csproj src/Application/
COPY src/Infrastructure/*.csproj src/Infrastructure/
COPY src/WebApi/*.csproj src/WebApi/
RUN dotnet restore src/WebApi --arch $TARGETARCH $OPTIONS

# The code style in .editorconfig is part of the build.
COPY .editorconfig ./
COPY docs docs
COPY src src
RUN dotnet publish src/WebApi --configuration Release --no-restore --arch $TARGETARCH --no-self-contained $OPTIONS \
    -p:UseAppHost=false --output /app \
    && mkdir /own && mv /app/CleanWorkspace.* /app/appsettings*.json /own

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# Root owns the program and an unprivileged account runs it, so the service cannot change its own files.
WORKDIR /app
# Packages change rarely, so an upgrade usually fetches the last layer only.
COPY --from=build /app .
COPY LICENSE NOTICE ./
COPY --from=build /own .
USER $APP_UID
ENV ASPNETCORE_HTTP_PORTS=8080
EXPOSE 8080
# There is no shell, so signals reach the service. Run the image with --init, as docker-compose.yml does. Otherwise the
# process has the id 1 and ignores SIGTERM until .NET handles it.
ENTRYPOINT ["dotnet", "CleanWorkspace.WebApi.dll"]
# The check is a request by bash, which costs less than a .NET program every few seconds. It asks the first port in
# ASPNETCORE_HTTP_PORTS. With other addresses, use this check: dotnet CleanWorkspace.WebApi.dll healthcheck
HEALTHCHECK --interval=5s --timeout=10s --start-period=60s CMD ["bash", "-c", "\
    exec 3<>/dev/tcp/127.0.0.1/${ASPNETCORE_HTTP_PORTS%%;*} && printf 'GET /healthz/ready HTTP/1.0\\r\\n\\r\\n' >&3 \
    && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
