# docker build -t pscc . && docker run --rm -v "$PWD:/work" pscc check policies/
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY compiler compiler
COPY grammar grammar
COPY templates templates
RUN python -m venv /opt/pscc && /opt/pscc/bin/python -m pip install --no-cache-dir .

FROM python:3.13-slim
COPY --from=build /opt/pscc /opt/pscc
ENV PATH=/opt/pscc/bin:$PATH XDG_CACHE_HOME=/tmp/cache
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["pscc"]
CMD ["--help"]
