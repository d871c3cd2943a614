# The gateway, and a partner's SFTP server to try it against. docker-compose.yml says how they work together.
# Nobody has built it yet: there is no Docker where the gateway is tested.
FROM python:3.11-slim AS gateway
WORKDIR /app
COPY pyproject.toml constraints.txt README.md ./
COPY gateway gateway
COPY mappings/base mappings/base
RUN pip install --no-cache-dir -c constraints.txt ".[postgres,nats]" \
    && useradd --system --uid 10001 gateway \
    && mkdir -p /etc/gateway /var/lib/gateway /var/lib/gateway-vault \
    && chown gateway /var/lib/gateway /var/lib/gateway-vault
USER gateway
ENV GATEWAY_CONFIG_DIR=/etc/gateway GATEWAY_DATA_DIR=/var/lib/gateway GATEWAY_HOST=0.0.0.0
EXPOSE 8080
CMD ["gateway", "serve"]

FROM python:3.11-slim AS partner
RUN apt-get update && apt-get install -y --no-install-recommends openssh-server \
    && rm -rf /var/lib/apt/lists/* /etc/ssh/ssh_host_* \
    && useradd --create-home acme && mkdir -p /run/sshd /srv/acme/in /srv/acme/out && chown acme /srv/acme/in /srv/acme/out
CMD ["sh", "-c", "ssh-keygen -A && exec /usr/sbin/sshd -D -e -f /etc/ssh/partner/sshd_config"]
