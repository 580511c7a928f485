// Shopee on the page.
FACES.shopee = {
  name: "Shopee",
  status: {
    UNPAID: "Não pago", PENDING: "Em análise", READY_TO_SHIP: "A enviar", PROCESSED: "Processado", RETRY_SHIP: "Coleta falhou",
    SHIPPED: "Enviado", TO_CONFIRM_RECEIVE: "Entregue, aguarda confirmação", COMPLETED: "Concluído",
    IN_CANCEL: "Cancelamento a responder", CANCELLED: "Cancelado", TO_RETURN: "Devolução",
  },
  steps: ["UNPAID", "READY_TO_SHIP", "PROCESSED", "SHIPPED", "TO_CONFIRM_RECEIVE", "COMPLETED"],
  acts: {
    UNPAID: [["pay", "Pagar"], ["overdue", "Vencer"], ["cancel", "Cancelar (comprador)"]], PENDING: [["release", "Liberar"]],
    READY_TO_SHIP: [["cancel", "Cancelar (comprador)"], ["split", "Dividir"]],
    PROCESSED: [["pickup", "Coletar"], ["pickup_failed", "Coleta falhou"], ["cancel", "Cancelar (comprador)"]],
    RETRY_SHIP: [["cancel", "Cancelar (comprador)"]], SHIPPED: [["deliver", "Entregar"], ["lose", "Extraviar"]],
    IN_CANCEL: [["withdraw", "Desistir do pedido de cancelamento"]],
    TO_CONFIRM_RECEIVE: [["complete", "Confirmar"], ["ask_return", "Pedir devolução"]], TO_RETURN: [["complete", "Encerrar"]],
  },
  paid: { status: "READY_TO_SHIP" },
  special: ["Criar pedido Correios", { status: "READY_TO_SHIP", channel: "correios" }],
  queue: {
    title: "Avisos (push)", empty: "Nenhum aviso pendente.", waiting: "avisos a enviar", leased: "avisos repetidos",
    hint: "Aviso não confirmado com 2xx sem corpo em 3 s é repetido; depois fica como perdido.", until: "tenta outra vez em",
  },
};
Object.assign(PUSH, {
  1: "autorização", 2: "autorização retirada", 3: "status", 4: "rastreio", 12: "autorização expira", 15: "etiqueta", 29: "devolução",
  30: "status do pacote", 47: "dados do pacote",
});
